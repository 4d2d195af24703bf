"""Which files an evaluation set or a model stands for. No rules here."""


def downstream_of(dataset, composed, imported):
    """The file of a set that is composed here, or of one that is imported."""
    return f"<resources>/downstream/{dataset}/{imported}" if DOWNSTREAM.source[dataset] else composed


def webdataset(dataset):
    """Folder of a set that is in CLIP_benchmark's layout already, or none."""
    kind, _, folder = DOWNSTREAM.source[dataset].partition(":")
    return folder if kind == "wds" else ""


def webdataset_shards(dataset):
    """Shards of such a set; none is an error before any job."""
    folder, split = webdataset(dataset), DOWNSTREAM.split[dataset] or "test"
    if found := glob.glob(f"{folder}/{split}/*.tar"):
        return sorted(found, key=shard_number)
    raise WorkflowError(
        f"{config['registries']['downstream']}: row {dataset!r}: no file matches {folder}/{split}/*.tar"
    )


def downstream_shards(wildcards):
    """Shards of an evaluation set: its own, or the one composed or imported here."""
    if webdataset(wildcards.dataset):
        return DOWNSTREAM_SHARDS[wildcards.dataset]
    composed = f"<results>/downstream/{wildcards.dataset}/test/0.tar"
    return downstream_of(wildcards.dataset, composed, "test/0.tar")


def given_class_names(dataset):
    """The file of class names that a set's row gives: its own, or the published set's."""
    names = DOWNSTREAM.class_names[dataset]
    return f"<resources>/class_names/{dataset}.txt" if names == "published" else names or []


def class_names_of(dataset):
    """Class names of a classification set, one per line."""
    if folder := webdataset(dataset):
        return given_class_names(dataset) or f"{folder}/classnames.txt"
    return downstream_of(dataset, f"<results>/downstream/{dataset}/classnames.txt", "classnames.txt")


def downstream_classes(wildcards):
    """A set's class_names_of; a retrieval set has none."""
    return class_names_of(wildcards.dataset) if DOWNSTREAM.task[wildcards.dataset] == "classification" else []


def templates_of(wildcards):
    """Templates of every prompt set; an evaluation set's own take the place of the config's ensemble."""
    own = DOWNSTREAM.templates[wildcards.dataset]
    if own and not own.endswith(".txt"):
        own = f"<resources>/templates/{own}.txt"
    return [own if own and prompts == "ensemble" else path for prompts, path in PROMPTS.items()]


def model_of(wildcards):
    """A model's row."""
    return MODEL_ROWS[f"{wildcards.pretraining}/{wildcards.backbone}"]


def architecture_of(wildcards):
    """An architecture's name in open_clip, or its file."""
    return model_of(wildcards).architecture


def architecture_file(wildcards):
    """An architecture's file as an input; what open_clip knows by name has none."""
    return architecture_of(wildcards) if architecture_of(wildcards).endswith(".json") else []


def checkpoint_of(wildcards):
    """Weights of a model: trained here, or fetched."""
    if model_of(wildcards).source == "trained":
        return "<results>/models/{pretraining}/{backbone}.pt"
    return "<resources>/models/{pretraining}/{backbone}.safetensors"


def preprocessing_of(wildcards):
    """How pictures are prepared for a model that is trained here; a fetched one has its recipe_file."""
    return (model_of(wildcards).preprocessing or "squash") if model_of(wildcards).source == "trained" else ""


def recipe_file(wildcards):
    """How pictures are prepared for a fetched model."""
    return [] if model_of(wildcards).source == "trained" else "<resources>/models/{pretraining}/{backbone}.json"


def local_checkpoint(wildcards):
    """The checkpoint of a fetched model, where it is a local file; one that is not there is the job's to name."""
    source = model_of(wildcards).source
    return source if os.path.exists(source) else []


MODEL_ROWS = {row.model: row for row in REGISTERED_MODELS.itertuples()}
PROMPTS = {Path(path).stem: path for path in config["prompts"]}
DOWNSTREAM_SHARDS = {dataset: webdataset_shards(dataset) for dataset in DOWNSTREAM.index if webdataset(dataset)}
