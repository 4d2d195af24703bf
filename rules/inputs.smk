"""Which files a wildcard stands for: chunks, pictures, scores, published files. No rules here."""

import gc


include: "shard_inputs.smk"
include: "chunk_inputs.smk"
include: "downstream_inputs.smk"
include: "tagger_inputs.smk"


def files_of_chunks(paths):
    """Files in few words that bash expands: one argument of a program may hold 128 KB, and 1,000 paths come close."""
    folders = {}
    for path in paths:
        folders.setdefault(os.path.dirname(path), []).append(os.path.basename(path))
    return [
        f"{folder}/{{{','.join(names)}}}" if names[1:] else f"{folder}/{names[0]}" for folder, names in folders.items()
    ]


def per_chunk(pattern):
    """Input function: the pattern for every chunk of the wildcard's dataset."""
    return lambda wildcards: [
        pattern.format(pretraining=wildcards.pretraining, chunk=c) for c in CHUNKS[wildcards.pretraining]
    ]


THRESHOLD_RULE = optional("--threshold-rule", config["counting"].get("threshold_rule", ""))
NOUN_INDEX = "<results>/noun_index/{pretraining}/{chunk}.parquet"
TEXT_INDEX = "<results>/text_index/{pretraining}/{chunk}.parquet"
MAIN_INDEX = NOUN_INDEX if config["counting"]["modes"][0] == "unigram_spacy" else TEXT_INDEX


def tags_of_chunk(wildcards):
    """A chunk's image tags; a table of captions has none, and only its captions are counted."""
    path = f"<results>/image_tags/{wildcards.pretraining}/{wildcards.chunk}.parquet"
    return path if has_pictures(wildcards.pretraining) else []


def training_length(pretraining, backbone):
    """Samples that a backbone sees in training on a dataset, repeats included."""
    if not REGISTERED_PRETRAINING.samples_seen[pretraining]:
        raise WorkflowError(
            f"{config['registries']['pretraining']}: {pretraining}: samples_seen is needed to train on it"
        )
    return round(int(REGISTERED_PRETRAINING.samples_seen[pretraining]) * float(BACKBONES.length[backbone]))


def truth_of(pretraining):
    """The truth about each shard of a composed dataset, or of one derived from it; of others there is none."""
    if (REGISTERED_PRETRAINING.of[pretraining] or pretraining) not in COMPOSABLE:
        return []
    return [
        shard.location.replace("<results>/shards", "<results>/truth").replace(".tar", ".parquet")
        for shard in SHARDS[pretraining]
    ]


def picture_sets(role):
    """Names of the picture sets of a role (train, near, far)."""
    return list(PICTURES.index[PICTURES.role == role])


def rendered(sets):
    """Paths of the rendered pictures of these sets."""
    return [f"<results>/pictures/{name}.npy" for name in sets]


def evaluation_sets(dataset):
    """Picture sets of a composed evaluation set: those of a role, or one by its name."""
    pictures = DOWNSTREAM.pictures[dataset]
    return picture_sets(pictures) or [pictures]


def sets_of(task, published):
    """Evaluation sets of a task, those whose scores come from a publication or those that are evaluated here."""
    rows = DOWNSTREAM[DOWNSTREAM.task == task]
    return list(rows.index[((rows.published != "") & (rows.source == "")) == published])


SCORES_PUBLISHED = any(sets_of(task, published=True) for task in SCORES)


def counted_sets_of(task):
    """Evaluation sets of a task whose concepts were counted in the publication."""
    return list(DOWNSTREAM.index[(DOWNSTREAM.task == task) & (DOWNSTREAM.published != "")])


BINNING = {task: config["analysis"][task] for task in SCORES if task in config["analysis"]}


def score_files_of(table, models):
    """What a table of these models' scores is made of: one file per model and evaluation set, and the published ones."""
    task = next(task for task, name in SCORES.items() if name == table)
    measured = expand(
        f"<results>/{table}/{{model}}/{{dataset}}.parquet", model=models, dataset=sets_of(task, published=False)
    )
    return measured + [f"<results>/published/{table}.parquet"] * bool(sets_of(task, published=True))


def score_files(wildcards):
    """score_files_of this run's models."""
    return score_files_of(wildcards.table, MODELS.index)


def unreadable_pictures():
    """Lists of pictures that could not be decoded, of every evaluation set by the first model: they are the same for all."""
    sets = [dataset for task in SCORES for dataset in sets_of(task, published=False)]
    return expand("<results>/skipped/evaluation/{model}/{dataset}.parquet", model=list(MODELS.index)[:1], dataset=sets)


def score_tables():
    """The tables of scores of the tasks at hand."""
    return [f"<results>/tables/{table}.parquet" for task, table in SCORES.items() if (DOWNSTREAM.task == task).any()]


def counts_of(pretraining):
    """Counts of these pretraining datasets."""
    return expand("<results>/counts/{pretraining}.parquet", pretraining=pretraining)


def is_planted(pretraining):
    """Whether the truth about a dataset is known: it is composed here, or made of one that is."""
    return pretraining in COMPOSABLE or (pretraining in DERIVED and base_of(pretraining) in COMPOSABLE)


def true_counts_of(pretraining):
    """What these datasets' counts would be without counting error, where it is known: planted, or given."""
    planted = expand("<results>/truth/{pretraining}.parquet", pretraining=filter(is_planted, pretraining))
    given = config["analysis"].get("true_counts", {})
    return planted + [given[name] for name in pretraining if name in given]


def figure_columns(figure, pretraining):
    """Datasets that a log-linear figure shows, one per column: those it names among these."""
    return [name for name in figure.get("pretraining", pretraining) if name in pretraining]


def check_figures():
    """Stop before any job where a figure names what no registry has, or nothing of this run."""
    for name, figure in config["figures"].items():
        sets = [row["dataset"] for row in figure["rows"] if "dataset" in row]
        for key, names, known in (
            ("pretraining", figure.get("pretraining", []), REGISTERED_PRETRAINING.index),
            ("rows", sets, DOWNSTREAM.index),
        ):
            if unknown := [entry for entry in names if entry not in known]:
                raise WorkflowError(f"config: figures.{name}.{key}: {unknown[0]!r} is not among {', '.join(known)}")
        if not figure_columns(figure, PRETRAINING.index):
            raise WorkflowError(f"config: figures.{name}.pretraining: none of them is in this run")


check_figures()


RATINGS = config.get("ratings", {})
RATED = [name for name in MEASURED if has_pictures(name) and (name in COMPOSED or RATINGS.get(name))]


def check_ratings():
    """Stop before any job where ratings are of a dataset that has no pairs to rate, or a file of them is not there."""
    for name, files in RATINGS.items():
        if name not in REGISTERED_PRETRAINING.index or (name in PRETRAINING.index and name not in RATED + COMPOSED):
            raise WorkflowError(f"config: ratings.{name}: no dataset of that name whose shards here hold pictures")
        if missing := [path for path in files if not os.path.exists(path)]:
            raise WorkflowError(
                f"config: ratings.{name}: {missing[0]} does not exist; scripts/rate_pairs.py writes such files"
            )


check_ratings()


def rating_files():
    """All files of ratings of this run's datasets, each once."""
    return sorted({path for name in RATED for path in RATINGS.get(name, [])})


def pooled_everywhere():
    """Published classification sets that every pool holds: the paper's 17, whose concepts its long tail shows."""
    return [name for name in counted_sets_of("classification") if name not in LEFT_OUT]


include: "stress_inputs.smk"


# What a plan is made of stays to the end; looking for garbage in it took a fifth of the time (benchmarks/planning.py).
gc.set_threshold(100_000)
gc.freeze()
