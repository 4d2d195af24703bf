"""Text from the web in CSV files, which people open in spreadsheets."""

import pandas as pd

FORMULA = r"^(?=[=+\-@\t\r])"  # what a spreadsheet takes for the start of a formula


def inert(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """A table whose texts in these columns no spreadsheet runs: an apostrophe stands before what looks like a formula.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    texts = table[[column for column in columns if column in table]].astype(str)
    return table.assign(**texts.apply(lambda column: column.str.replace(FORMULA, "'", regex=True)))
