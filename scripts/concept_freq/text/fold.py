"""Fold text to what names and captions share: as a model reads it, without case, signs and spellings of Unicode.

CLIP's tokenizer repairs text that was decoded wrongly (ftfy) and unescapes HTML twice before it reads, and so do we.
"""

import html
import re
import unicodedata

import regex

# A letter of Latin-1 and a character that stands for a byte of 0x80 to 0xbf: UTF-8 that was read as Windows-1252 has
# such pairs, other text seldom; and Windows-1252 that was read as Latin-1 has control characters in place of quotes.
# ftfy decides, but takes longer than all of the rest, so only these are shown to it.
MISREAD = re.compile("[\u00c2-\u00f4][\u00a0-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|[\u0080-\u009f]")
# Soft hyphen, joiners, variation selectors, enclosing marks: they show nothing of their own and separate nothing.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u0488\u0489\u180b-\u180d\u180f\u1abe\u200c\u200d\u2060\u20dd-\u20e0\u20e2-\u20e4\ua670-\ua672"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
# Raised signs and digits, as in Barbie™ and iPhone¹: NFKC would make letters and digits of the word of them.
RAISED = re.compile(
    "[\u00b2\u00b3\u00b9\u2070\u2074-\u207e\u2120\u2122\u3192-\u319f\U0001f16a-\U0001f16c]|[\u1d40\u02e2]\u1d39"
)
APOSTROPHES = re.compile(
    "[`\u00b4\u02b9\u02bb-\u02bf\u02c8\u0374\u0384\u055a\u05f3\u1fbd\u1fbf\u1fef\u1ffd\u1ffe"
    "\u2018\u2019\u201b\u2032\u2035\u275b\u275c\ua78b\ua78c\uff07\uff40]"
)
# A token of folded text, for RE2 (DuckDB): it asks no table of Unicode, as RE2's may be older than Python's.
TOKEN = r"[0-9a-z\x{80}-\x{10FFFF}]+"
BASELESS = r"(?<![\p{L}\p{M}\p{N}])\p{M}+"  # a mark that stands on nothing separates
SEPARATORS = regex.compile(rf"[^\p{{L}}\p{{M}}\p{{N}}]+|{BASELESS}")
WORD_END = r"(?![\p{L}\p{M}\p{N}])"
DECADE = regex.compile(rf"(?<![\p{{L}}\p{{M}}\p{{N}}])((?:1[0-9]|20)?[0-9]0)'s{WORD_END}")
POSSESSIVE = regex.compile(rf"'s{WORD_END}")
# Scripts written without spaces: each character is its own token, so that a phrase is still adjacent characters.
UNSPACED = regex.compile(
    r"([\p{Han}\p{Hiragana}\p{Katakana}]|[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}&&\p{L}]\p{M}*)", regex.V1
)
# The blocks that hold those scripts and combining marks: plain ranges are found ten times faster than scripts.
BLOCKS = re.compile(
    "[\u0300-\u036f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua9ff\uaa60-\uaadf\uf900-\uffef\U00016fe0-\U0003ffff]+"
)


def repair(text: str) -> str:
    """Undo a wrong decoding (``cafÃ©``) and HTML's escapes, twice as CLIP's tokenizer does."""
    if MISREAD.search(text):
        from ftfy import fix_encoding  # a quarter of a second that few texts need

        text = fix_encoding(text)
    return html.unescape(html.unescape(text)) if "&" in text else text


def fold_repaired(text: str) -> str:
    """Fold case, Unicode spelling and apostrophes, drop signs and possessive 's, set unspaced characters apart.

    The possessive of a decade is its plural, as in 1980's, and stays.
    """
    plain = APOSTROPHES.sub("'", RAISED.sub(" ", INVISIBLE.sub("", text)))
    folded = APOSTROPHES.sub("'", unicodedata.normalize("NFKC", plain).casefold())  # NFKC makes some of others
    apart = BLOCKS.sub(lambda run: UNSPACED.sub(r" \1 ", run[0]), folded)
    return POSSESSIVE.sub("", DECADE.sub(r"\1s", apart)) if "'" in apart else apart


def fold(text: str) -> str:
    """A text as names and captions are compared: repaired, folded, and nothing but spaces between its tokens."""
    return SEPARATORS.sub(" ", fold_repaired(repair(text)))
