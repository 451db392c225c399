"""Sample data, composed by the project: two groups, their offers, their documents, and questions to ask them.

Everything is made from a fixed seed: the same day gives the same bytes. Only dates move, so that offers stay fresh.
"""

from .documents import documents
from .employers import CROUTEFRANCHE, EMPLOYERS, ZEPHYROUAGE
from .files import BAD_ROWS, ImportFile, import_file, write_csv, write_jsonl
from .model import Employer
from .offers import offers
from .questions import Question, questions

__all__ = [
    "BAD_ROWS",
    "CROUTEFRANCHE",
    "EMPLOYERS",
    "ZEPHYROUAGE",
    "Employer",
    "ImportFile",
    "Question",
    "documents",
    "import_file",
    "offers",
    "questions",
    "write_csv",
    "write_jsonl",
]
