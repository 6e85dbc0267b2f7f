"""`python -m services.audit`"""

import sys

from backbone.engine.run import run
from backbone.settings import Settings
from services.audit.app import build

if __name__ == "__main__":
    sys.exit(run(build, Settings()))
