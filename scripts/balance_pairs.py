"""The command ``concept-freq balance``, from a clone."""

from concept_freq.commands.balance import main

if __name__ == "__main__":
    main()
