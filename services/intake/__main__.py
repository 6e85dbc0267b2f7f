"""`python -m services.intake`"""

import sys

from backbone.engine.run import main

from services.intake.app import build

if __name__ == "__main__":
    sys.exit(main(build))
