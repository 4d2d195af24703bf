"""The command ``concept-freq count``, from a clone."""

from concept_freq.commands.count import main

if __name__ == "__main__":
    main()
