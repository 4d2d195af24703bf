"""The command ``concept-freq plan``, from a clone."""

from concept_freq.commands.plan import main

if __name__ == "__main__":
    main()
