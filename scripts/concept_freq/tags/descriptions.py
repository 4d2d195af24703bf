"""Ask an OpenAI-compatible chat service what things look like, by the paper's prompts; no answer is asked for twice."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

PROMPTS = (  # the paper's five (its appendix on RAM++)
    "Describe concisely what {a} {name} looks like:",
    "How can you identify {a} {name} concisely?",
    "What does {a} {name} look like concisely?",
    "What are the identifying characteristics of {a} {name}:",
    "Please provide a concise description of the visual characteristics of {name}:",
)
TEMPERATURE, MAX_TOKENS = 0.99, 77  # as published
TRIES, PAUSE = 5, 2.0


class ChatError(RuntimeError):
    """The service did not answer as a chat service does; the message says what came and what to do."""


def article(name: str) -> str:
    """A or an, by the first letter."""
    return "an" if name[:1].lower() in "aeiou" else "a"


def post(endpoint: str, body: dict, key: str) -> dict:
    """One request, tried again with growing pauses where the service is busy or out of reach."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    request = urllib.request.Request(f"{endpoint.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers)
    for attempt in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            if error.code in (401, 403):
                raise ChatError(f"{endpoint}: refused ({error.code}); set OPENAI_API_KEY to a valid key") from error
            if attempt == TRIES or error.code not in (408, 429, 500, 502, 503, 504):
                raise ChatError(f"{endpoint}: answered {error.code}; answers so far are kept, start again") from error
        except (urllib.error.URLError, json.JSONDecodeError, TimeoutError) as error:
            if attempt == TRIES:
                raise ChatError(f"{endpoint}: {error}; answers so far are kept, start again") from error
        time.sleep(PAUSE * 2 ** (attempt - 1))
    raise AssertionError


class Chat:
    """A chat service and the answers so far, by model, concept and prompt, kept in a file of JSON lines."""

    def __init__(self, endpoint: str, model: str, key: str = "", cache: Path | None = None) -> None:
        self.endpoint, self.model, self.key, self.cache = endpoint, model, key, cache
        self.kept: dict[tuple[str, str, str], list[str]] = {}
        text = cache.read_text(encoding="utf-8") if cache and cache.exists() else ""
        for line in text.splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue  # cut off when a run was killed
            self.kept[entry["model"], entry["concept"], entry["prompt"]] = entry["answers"]
        if text and not text.endswith("\n"):
            self.append("\n")

    def append(self, text: str) -> None:
        """Add to the file of answers."""
        if self.cache:
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            with self.cache.open("a", encoding="utf-8") as file:
                file.write(text)

    def answer(self, name: str, question: str, n: int) -> list[str]:
        """``n`` answers to a question about a concept, asked only where they are not kept."""
        texts = self.kept.get((self.model, name, question), [])
        if len(texts) >= n:
            return texts[:n]
        body = {"model": self.model, "messages": [{"role": "user", "content": question}], "n": n}
        reply = post(self.endpoint, {**body, "temperature": TEMPERATURE, "max_tokens": MAX_TOKENS}, self.key)
        try:
            texts = [choice["message"]["content"].strip() for choice in reply["choices"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise ChatError(f"{self.endpoint}: no chat answer: {str(reply)[:200]}") from error
        entry = {"model": self.model, "concept": name, "prompt": question, "answers": texts}
        self.append(json.dumps(entry, ensure_ascii=False) + "\n")
        return texts

    def describe(self, name: str, answers: int) -> list[str]:
        """Answers to every prompt about a concept, (5 x answers) texts in the prompts' order."""
        questions = [prompt.format(a=article(name), name=name) for prompt in PROMPTS]
        return [text for question in questions for text in self.answer(name, question, answers) if text]
