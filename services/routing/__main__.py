"""`python -m services.routing`"""

import sys

from backbone.engine.run import main

from services.routing.app import build

if __name__ == "__main__":
    sys.exit(main(build))
