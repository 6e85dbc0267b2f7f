"""`python -m services.consent`"""

import sys

from backbone.engine.run import run
from backbone.settings import Settings
from services.consent.app import build

if __name__ == "__main__":
    sys.exit(run(build, Settings()))
