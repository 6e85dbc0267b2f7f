"""`python -m services.consent`"""

import sys

from backbone.engine.run import main

from services.consent.app import build

if __name__ == "__main__":
    sys.exit(main(build))
