"""`python -m services.cases`"""

import sys

from backbone.engine.run import main

from services.cases.app import build

if __name__ == "__main__":
    sys.exit(main(build))
