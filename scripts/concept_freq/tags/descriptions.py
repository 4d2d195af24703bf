"""Ask an OpenAI-compatible chat service what things look like, by the paper's prompts; no answer is asked for twice."""

import http.client
import json
import time
import urllib.error
import urllib.request
from pathlib import Path

from concept_freq.shards.remote import shown

PROMPTS = (  # the paper's five (its appendix on RAM++)
    "Describe concisely what {a} {name} looks like:",
    "How can you identify {a} {name} concisely?",
    "What does {a} {name} look like concisely?",
    "What are the identifying characteristics of {a} {name}:",
    "Please provide a concise description of the visual characteristics of {name}:",
)
TEMPERATURE, MAX_TOKENS = 0.99, 77  # as published
TRIES, PAUSE, TIMEOUT = 5, 2.0, 120  # times, seconds after the first, seconds without a byte
BUSY = (408, 429, 500, 502, 503, 504)
LARGEST = 1 << 24  # bytes of an answer


class ChatError(RuntimeError):
    """The service did not answer as a chat service does; the message says what came and what to do."""


def article(name: str) -> str:
    """A or an, by the first letter."""
    return "an" if name[:1].lower() in "aeiou" else "a"


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Take a redirect for an error: the key is for the endpoint alone, and a redirected POST becomes a GET."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


OPENER = urllib.request.build_opener(NoRedirects)


def refuse(endpoint: str, error: urllib.error.HTTPError) -> None:
    """Raise ChatError for an answer that another try would not better."""
    place, code = shown(endpoint), error.code
    if code in (401, 403):
        raise ChatError(f"{place}: refused ({code}); set OPENAI_API_KEY to a valid key") from error
    if 300 <= code < 400:
        target = shown(error.headers.get("Location", "")) or "nowhere"
        raise ChatError(f"{place}: redirects to {target}; the key goes to no other address: name that one") from error
    if code not in BUSY:
        raise ChatError(f"{place}: answered {code}; answers so far are kept, start again") from error


def ask(request: urllib.request.Request) -> dict:
    """What the service answers to a request, as JSON of at most LARGEST bytes."""
    with OPENER.open(request, timeout=TIMEOUT) as reply:
        text = reply.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise ValueError(f"answered with more than {LARGEST} bytes")
    return json.loads(text)


def request_of(endpoint: str, body: dict, key: str) -> urllib.request.Request:
    """The request for an answer to a chat."""
    if not (key.isascii() and key.isprintable()):
        raise ChatError("OPENAI_API_KEY holds characters that no key has; set it to a valid key")
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    try:
        return urllib.request.Request(f"{endpoint.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers)
    except ValueError:
        raise ChatError(f"{shown(endpoint)}: is no address, as https://HOST/v1 is one") from None


def post(endpoint: str, body: dict, key: str) -> dict:
    """One request, tried again with growing pauses where the service is busy or out of reach."""
    request = request_of(endpoint, body, key.strip())
    for attempt in range(1, TRIES + 1):
        try:
            return ask(request)
        except urllib.error.HTTPError as error:
            with error:
                refuse(endpoint, error)
                reason = f"answered {error.code}"
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
            reason = shown(str(error))
        time.sleep(PAUSE * 2 ** (attempt - 1) if attempt < TRIES else 0)
    raise ChatError(f"{shown(endpoint)}: {reason}; answers so far are kept, start again")


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
            raise ChatError(f"{shown(self.endpoint)}: no chat answer: {str(reply)[:200]}") from error
        entry = {"model": self.model, "concept": name, "prompt": question, "answers": texts}
        self.append(json.dumps(entry, ensure_ascii=False) + "\n")
        return texts

    def describe(self, name: str, answers: int) -> list[str]:
        """Answers to every prompt about a concept, (5 x answers) texts in the prompts' order."""
        questions = [prompt.format(a=article(name), name=name) for prompt in PROMPTS]
        return [text for question in questions for text in self.answer(name, question, answers) if text]
