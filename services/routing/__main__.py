"""`python -m services.routing`"""

import sys

from backbone.engine.run import run
from backbone.settings import Settings
from services.routing.app import build

if __name__ == "__main__":
    sys.exit(run(build, Settings()))
