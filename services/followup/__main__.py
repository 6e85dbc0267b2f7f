"""`python -m services.followup`"""

import sys

from backbone.engine.run import main

from services.followup.app import build

if __name__ == "__main__":
    sys.exit(main(build))
