# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role deploy_web_service makes of the results of its tasks. Pure; the filters of the same names call it.

C(options) are the role's variables as the lookup C(role_options) returns them. The result of a task that never ran is
empty.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..module_utils._plan import NEW_VERSION
from ..module_utils._resources.wire import content_address, same_id

Values = Mapping[str, Any]

_STEPS = ("pull_secret", "account", "model", "manifest", "image", "service")
_NO_REASON = "no reason was given"


def model_references(results: Sequence[Values]) -> list[str]:
    """Return what a manifest calls the models: those registered by reference, the others as the user named them."""
    return [str(one.get("reference") or one.get("item", one)["name"]) for one in results]


def succeeded(result: Values | None, key: str) -> bool:
    """Tell whether a task reported success: its result has what the module returns, and nothing says otherwise."""
    result = result or {}
    return key in result and not any(result.get(word) for word in ("failed", "unreachable", "skipped"))


def deployment_problems(options: Values, rehearsal: Values) -> list[str]:
    """Return what the steps would stumble over, each problem once.

    Args:
        rehearsal: Results of the steps in check mode, by the key of the module's result.
    """
    expected = [NEW_VERSION, *(["mms_account"] if options["account"] else [])]
    problems: list[str] = []
    if not options["driver"] and not options["image"]:
        problems.append(
            "There is neither a driver to build an image from nor an image to run: set deploy_web_service_driver or "
            "deploy_web_service_image."
        )
    said_by_all = {"NotFound"} if options["account"] else set()
    not_made: list[str] = []
    for key, outcome in rehearsal.items():
        for result in outcome.get("results", [outcome]):
            if not result or result.get("skipped"):
                continue
            if succeeded(result, key):
                found = [one for one in result.get("missing") or () if not one.startswith(tuple(not_made))]
            else:
                found = [] if _code(result) in said_by_all else [_reason(result)]
                not_made.append(_beginning_of_missing(options, key, result))
            problems += [one for one in found if not any(words in one for words in expected)]
            if key == "services" and found:
                said_by_all.add(_code(result))  # no way to the service: once is enough
    return list(dict.fromkeys(problems))


def _beginning_of_missing(options: Values, key: str, result: Values) -> str:
    """Return how later steps begin when they say that what this one was to make is missing: not their own problem."""
    name = result["item"]["name"] if key == "model" and "item" in result else options.get(f"{key}_name")
    return f"{key.capitalize()} {name!r} "


def needs_candidate(options: Values, before: Values, foreseen: Values) -> bool:
    """Tell whether the image must prove itself beside the live service.

    Args:
        before: Result of mms_service_info for the service.
        foreseen: Result of mms_service for it, in check mode.
    """
    if options["strategy"] == "in_place" or foreseen.get("action") not in ("create", "update"):
        return False
    first = not before.get("services")
    other_image = first or "image" in (foreseen.get("changes") or {})
    return other_image and (options["strategy"] == "candidate" or not first)


def old_samples(options: Values, before: Values, record: Values | str | None) -> list[dict[str, Any]]:
    """Return what to ask a service that was set back: the sample that it was released with, else that of this run.

    The list is empty when there is no sample, or no service was there before.

    Args:
        record: The text of the deployment record of the run before, if there is one.
    """
    services = before.get("services")
    if not services:
        return []
    known = _read(record)
    if known.get("sample") and same_id(known.get("image_id"), services[0].get("image_id")):
        return [{"expected": None, "tolerance": None, **known["sample"]}]
    # The answer that the new release was to give need not be the one of the old release.
    sample = options["smoke_test"]
    return [{"input": sample["input"], "expected": None, "tolerance": None}] if sample else []


def deployment_record(options: Values, run: Values) -> dict[str, Any]:
    """Return the record of a deployment: what was deployed, with which content, and how it went. It holds no secret.

    Args:
        run: The results of the steps; C(failed), the result of the task that failed, if one has; C(touched), whether
            the live service was changed before that; C(by) and C(at).
    """
    changed = [step for step in _STEPS if (run[step] or {}).get("changed")]
    word, reason, story = _outcome(options, run)
    models = [one["model"] for one in run["model"].get("results") or () if one.get("model")]
    service = _service(run) or {}
    score = run["score"].get("score") or {} if run["touched"] else {}
    notes: list[str] = []
    deployed: dict[str, Any] = _as_json(
        {
            "service": options["name"],
            "result": word,
            "reason": reason,
            "story": story,
            "changed": changed,
            "by": run["by"],
            "at": run["at"],
            "scoring_uri": service.get("scoring_uri"),
            "output": score.get("output"),
            "seconds": score.get("seconds"),
            "sample": _sample(options) if score else None,
            "models": models,
            "manifest": run["manifest"].get("manifest"),
            "image": run["image"].get("image"),
            "image_id": service.get("image_id"),
            "image_before": (_first(run["before"]) or {}).get("image_id"),
            "digests": _digests([*models, run["manifest"].get("manifest")]),
            "request_ids": list(_request_ids(run[step] for step in _STEPS)),
        },
        "",
        notes,
    )
    return {**deployed, "notes": notes}


def deployment_stats(record: Values) -> dict[str, Any]:
    """Return what the next jobs of a workflow want to know of a record, by the name of the service. It holds no secret.

    Images and the like are named as people and options name them, C(name:version).
    """
    told = ("result", "reason", "changed", "scoring_uri", "image_id", "image_before")
    return {
        record["service"]: {
            **{name: record[name] for name in told},
            "image": _label(record["image"]),
            "manifest": _label(record["manifest"]),
            "models": [_label(model) for model in record["models"]],
        }
    }


def _label(version: Values | None) -> str | None:
    return f"{version['name']}:{version['version']}" if version else None


def record_to_keep(record: Values, earlier: Values | str | None) -> dict[str, Any]:
    """Return what the file of the record is to hold: of a good run that changed nothing, what it holds already.

    The sample that the running image was released with stays, also when another release has failed since.

    Args:
        earlier: The text of the file.
    """
    known = _read(earlier)
    same = all(record[name] == known.get(name) for name in ("service", "result"))
    if same and record["result"] == "deployed" and not record["changed"]:
        return known
    still = same_id(record["image_id"], known.get("image_id"))
    return {**record, "sample": record["sample"] or (known.get("sample") if still else None)}


def _outcome(options: Values, run: Values) -> tuple[str, str | None, str | None]:
    """Return the result in a word, why it failed, and what there is now, as far as it was seen."""
    if not run["failed"]:
        return "deployed", None, None
    word, story = _aftermath(options, run)
    return word, _reason(run["failed"]), story


def _aftermath(options: Values, run: Values) -> tuple[str, str]:
    now, before = _now(run), _first(run["before"])
    if not run["touched"]:
        if not run["candidate"]:
            return "failed", f"The service was not touched: {now}"
        gone = succeeded(run["candidate_removed"], "service")
        rest = "" if gone else f" The candidate could not be removed: {_reason(run['candidate_removed'])}"
        return "refused", f"The candidate was not released: {now}{rest}"
    if not options["rollback"]:
        return "failed", f"Nothing was set back, for deploy_web_service_rollback is false: {now}"
    if before is None:
        if succeeded(run["removed"], "service"):
            if not run["removed"].get("changed"):
                return "failed", "There was no service before, and there is none now."
            return "removed", "There was nothing before it, so the service was removed again. Its log is still there."
        return "rollback_failed", f"Removing the service failed too: {_reason(run['removed'])}"
    image = before["image_id"]
    if not succeeded(run["set_back"], "service"):
        return "rollback_failed", f"Setting it back to image {image} failed too: {_reason(run['set_back'])}"
    if not same_id((_first(run["seen"]) or {}).get("image_id"), image):
        return "rollback_failed", f"It was set back to image {image}, but {now}"
    answers = run["score_after"].get("results") or []
    bad = [answer for answer in answers if not succeeded(answer, "score")]
    if bad:
        return "rollback_failed", f"It was set back to image {image}, but {_reason(bad[0])}"
    seen = "and has answered the sample" if answers else "and there was no sample to ask it"
    return "rolled_back", f"It runs image {image} again, as before, {seen}."


def _service(run: Values) -> Values | None:
    """Return the service as it was seen last. Without a look after a failure, the release itself saw it last."""
    if succeeded(run["seen"], "services"):
        return _first(run["seen"])
    released: Values | None = run["service"].get("service")
    return released or _first(run["before"])


def _first(looked: Values) -> Values | None:
    services: Sequence[Values] = looked.get("services") or ()
    return services[0] if services else None


def _now(run: Values) -> str:
    """Return in words what was seen last."""
    if not succeeded(run["seen"], "services"):
        return f"what runs now could not be seen: {_reason(run['seen'])}"
    service = _first(run["seen"])
    return f"image {service['image_id']} runs, in state {service['state']}." if service else "no such service runs."


def _code(result: Values) -> str:
    return str((result.get("failure") or {}).get("code") or "")


def _reason(result: Values) -> str:
    """Return why a task did not succeed, also when it was no module of ours that said so."""
    words = (result.get(name) for name in ("msg", "module_stderr", "exception"))
    return next((str(one).strip() for one in words if one), _NO_REASON)


def _sample(options: Values) -> dict[str, Any] | None:
    sample = options["smoke_test"]
    return {name: sample.get(name) for name in ("input", "expected", "tolerance")} if sample else None


def _read(record: Values | str | None) -> dict[str, Any]:
    """Return an earlier record; a file that is none counts as none.

    Args:
        record: Its text. Ansible-core before 2.19 makes data of a variable whose text is JSON.
    """
    if isinstance(record, Mapping):
        return dict(record)
    try:
        known = json.loads(record or "{}")
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def _digests(resources: Iterable[Any]) -> dict[str, str]:
    """Return the SHA-256 of what was uploaded, by file name; it stands in the URLs."""
    addresses = filter(None, map(content_address, _texts(list(resources))))
    return {name: digest for digest, slash, name in (address.partition("/") for address in addresses)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (Mapping, list, tuple)):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)


def _request_ids(results: Iterable[Values]) -> Iterator[Any]:
    for result in results:
        for one in result.get("results", [result]):
            yield from one.get("request_ids") or ()


def _as_json(value: Any, where: str, notes: list[str]) -> Any:
    """Return the value as JSON has it. NaN and infinities, which JSON has not, become null, and a note says where."""
    if isinstance(value, Mapping):
        return {str(name): _as_json(part, f"{where}.{name}".lstrip("."), notes) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(part, f"{where}[{index}]", notes) for index, part in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        notes.append(f"{where} is {value}, for which JSON has no word; it is null here.")
        return None
    return value
