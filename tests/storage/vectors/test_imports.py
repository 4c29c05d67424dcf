"""What importing the rooms' doors to the vectors costs."""

import subprocess
import sys


def test_what_is_asked_and_refused_loads_no_vendor() -> None:
    """The contract and the errors come without Qdrant; the embedded store without its client."""
    program = (
        "import sys, storage.vectors.port, storage.vectors.errors, storage.vectors.filters;"
        "vendors = {'qdrant_client', 'qdrant_edge', 'grpc', 'numpy', 'httpx'};"
        "print(sorted(vendors & set(sys.modules)));"
        "import storage.vectors.edge; print(sorted(vendors & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert said.stdout == "[]\n['qdrant_edge']\n"
