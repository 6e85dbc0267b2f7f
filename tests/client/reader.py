"""A partner's program that handles messages until it is killed: python reader.py PROFILE SECONDS. One line a message."""

import sys
import time

from schakel.client import Partner

with Partner.connect(profile=sys.argv[1]) as partner:
    for message in partner.inbox(wait_s=10):
        time.sleep(float(sys.argv[2]))  # the work that a message is
        sys.stdout.write(f"{message.id}\n")
        sys.stdout.flush()
