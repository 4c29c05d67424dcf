"""Which of Telegram's methods are served, as a table for the documentation."""

from collections import Counter

from sandbox.methods import method_name, method_names
from sandbox.rpc import METHODS, Method


def table() -> str:
    """Every method that is served, what it answers, and how that differs from the real one."""
    served = {method_name(kind): method for kind, method in METHODS.items()}
    head = "| method | answers | differs |\n|---|---|---|"
    return "\n".join([head, *(_line(name, served[name]) for name in sorted(served))])


def unserved() -> str:
    """How many methods of each kind are refused with METHOD_NOT_SERVED."""
    served = {method_name(kind) for kind in METHODS}
    kinds = Counter(
        name.partition(".")[0] for name in method_names() if "." in name and name not in served
    )
    return ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items()))


def _line(name: str, method: Method) -> str:
    says = (method.run.__doc__ or "").rstrip(".")
    login = " (no login needed)" if method.is_open else ""
    return f"| `{name}` | {says}{login} | {method.differs} |"
