"""Under which licence each package of a lock file and each jar of the embedded Kafka comes, as an SPDX expression."""

import re
from importlib.metadata import metadata

SPDX = {
    "0BSD": "0BSD",
    "Apache": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-3.0": "GPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Repoze Public License": "BSD-3-Clause-Modification",
}
"""What packages write instead of an SPDX expression. BSD without a number is taken for the longer one."""

_EXPRESSION = re.compile(r"[\w.-]+( (AND|OR|WITH) [\w.-]+)*")

OF_JARS = {
    "at.yawk.lz4": "Apache-2.0",
    "com.dynatrace.hash4j": "Apache-2.0",
    "com.fasterxml.jackson.core": "Apache-2.0",
    "com.fasterxml.jackson.datatype": "Apache-2.0",
    "com.github.ben-manes.caffeine": "Apache-2.0",
    "com.github.luben": "BSD-2-Clause",
    "com.google.re2j": "BSD-3-Clause",
    "com.typesafe.scala-logging": "Apache-2.0",
    "com.yammer.metrics": "Apache-2.0",
    "commons-validator": "Apache-2.0",
    "net.sf.jopt-simple": "MIT",
    "net.sourceforge.argparse4j": "MIT",
    "org.apache.kafka": "Apache-2.0",
    "org.apache.logging.log4j": "Apache-2.0",
    "org.bitbucket.b_c": "Apache-2.0",
    "org.hdrhistogram": "CC0-1.0 OR BSD-2-Clause",
    "org.jspecify": "Apache-2.0",
    "org.pcollections": "MIT",
    "org.scala-lang": "Apache-2.0",
    "org.slf4j": "MIT",
    "org.xerial.snappy": "Apache-2.0",
}
"""By Maven group, as its POM has it."""


def licence_of(package: str) -> str:
    """The licence of an installed package; ``LookupError`` where it names none that we know how to write."""
    said = metadata(package)
    if expression := said.get("License-Expression"):
        return str(expression)
    names = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier", ()) if line.startswith("License :: OSI")]
    names += [line.rpartition(" :: ")[2] for line in said.get_all("Classifier", ()) if line.startswith("License :: Repoze")]
    known = sorted({SPDX[name] for name in names if name in SPDX})
    if known and len(known) == len(set(names)):
        return " AND ".join(known)
    text = str(said.get("License") or "").strip()
    if text in SPDX:
        return SPDX[text]
    if _EXPRESSION.fullmatch(text):
        return text
    raise LookupError(f"{package}: which licence? classifiers {names}, text {text[:60]!r}")
