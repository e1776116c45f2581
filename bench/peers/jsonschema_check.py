"""jsonsubschema on two files: exit status 1 when old values need not fit new."""

import json
import sys

from jsonsubschema import isSubschema

older, newer = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
fits = isSubschema(older, newer)
print(fits)
sys.exit(not fits)
