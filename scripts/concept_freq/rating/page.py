"""The local page on which a rater judges pairs: what it asks of the program, and what it tells."""

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from concept_freq.rating.ratings import RatingsError
from concept_freq.rating.store import Ratings
from concept_freq.rating.tasks import Task
from concept_freq.serving.answers import json_answer, read_json

FOLDER = Path(__file__).with_name("static")


class RatingPage:
    """Routes of one rater's page. It is told nothing of tags, strata and other raters."""

    def __init__(self, ratings: Ratings, task: Task) -> None:
        self.ratings, self.task = ratings, task
        self.pictures = {str(number): picture for number, picture in enumerate(ratings.pairs.picture)}
        self.routes = [
            Route("/pairs", self.show),
            Route("/pictures/{number}.jpg", self.picture),
            Route("/judgements", self.judge, methods=["POST"]),
        ]

    def show(self, _: Request) -> Response:
        """The task, and each pair's caption with the rater's own judgement."""
        try:
            own = self.ratings.own()
        except RatingsError as error:
            raise HTTPException(409, str(error)) from error
        told = zip(self.ratings.pairs.caption, own, strict=True)
        pairs = [{"caption": caption, "judgement": judgement} for caption, judgement in told]
        answers = [vars(answer) for answer in self.task.answers]
        question = self.task.question
        return json_answer({"rater": self.ratings.rater, "question": question, "answers": answers, "pairs": pairs})

    def picture(self, request: Request) -> Response:
        """One pair's picture."""
        if (name := request.path_params["number"]) not in self.pictures:
            raise HTTPException(404, f"no picture {name:.20}: there are {len(self.pictures)}")
        return Response(self.pictures[name], media_type="image/jpeg")

    async def judge(self, request: Request) -> Response:
        """Save a judgement: JSON of ``pair`` (its number) and ``judgement``."""
        number, judgement = self.checked(await read_json(request))
        try:
            await run_in_threadpool(self.ratings.add, number, judgement)
        except RatingsError as error:
            raise HTTPException(409, str(error)) from error
        return json_answer({})

    def checked(self, said: object) -> tuple[int, str]:
        """Number and judgement that a request gave; refuses any other."""
        match said:
            case {"pair": int(number), "judgement": str(judgement)}:
                known = number in range(len(self.ratings.pairs)) and judgement in self.task.values
                if known and not isinstance(number, bool):  # true is 1 to Python
                    return number, judgement
        wanted = f"pair (0 to {len(self.ratings.pairs) - 1}) and judgement ({', '.join(self.task.values)})"
        raise HTTPException(400, f"wanted an object of {wanted}, got {said!r:.200}")
