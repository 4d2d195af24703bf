"""What raters are asked: the question, and the answers with their keys. The page is drawn from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One answer: ``value`` stands in the file of judgements, ``label`` on the button that ``key`` presses."""

    value: str
    label: str
    key: str


@dataclass(frozen=True)
class Task:
    """One question, put to a rater about each pair."""

    question: str
    answers: tuple[Answer, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """What may stand in a file of judgements."""
        return tuple(answer.value for answer in self.answers)


PAIRS = Task(
    "Does the caption name something that the picture shows?",
    (Answer("yes", "Yes", "y"), Answer("no", "No", "n"), Answer("unclear", "Cannot tell", "u")),
)
