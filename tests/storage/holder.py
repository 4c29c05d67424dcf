"""A program that holds the embedded server until its input ends.

It has no guard around its main part, like many a program that embeds the house.
"""

import os
import signal
import sys
from pathlib import Path

from storage.embedded import Postgres, trial

if "trial" in sys.argv:
    with trial(Path(sys.argv[1]), Path("/nowhere")):
        sys.exit()
postgres = Postgres.start(Path(sys.argv[1]))
child = 0
if "fork" in sys.argv:
    child = os.fork()
    if child == 0:
        signal.pause()
print(postgres.dsn, postgres.where, child, sep="\n", flush=True)
sys.stdin.read()
postgres.stop()
