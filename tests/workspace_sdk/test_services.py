# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images and services by the unmodified client, from the first call to the last, on both kinds of compute."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from azureml.core import Environment
from azureml.core.compute import AksCompute, ComputeTarget
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.image import ContainerImage, Image
from azureml.core.model import InferenceConfig, Model
from azureml.core.webservice import AciWebservice, AksWebservice, Webservice
from azureml.exceptions import WebserviceException

BODY = json.dumps({"data": [1, 2, 3]})
ANSWER = {"weights": "petal", "rows": 3}
ACI = AciWebservice.deploy_configuration(cpu_cores=0.1, memory_gb=0.2, auth_enabled=True, tags={"team": "garden"})
AKS = AksWebservice.deploy_configuration(
    autoscale_enabled=False, num_replicas=1, cpu_cores=0.1, memory_gb=0.2, compute_target_name="cluster"
)
COMPUTES = pytest.mark.parametrize("configuration", [ACI, AKS], ids=["aci", "aks"])


@pytest.fixture
def image(workspace: Any, model: Any, driver: str, folder: Path) -> Any:
    """A registered image that is built."""
    CondaDependencies.create(pip_packages=["azureml-defaults"]).save_to_file(str(folder), "conda.yml")
    recipe = ContainerImage.image_configuration(driver, "python", conda_file="conda.yml", description="for flowers")
    made = Image.create(workspace, "iris", [model], recipe)
    made.wait_for_creation()
    assert made.creation_state == "Succeeded", made.creation_error
    return made


@pytest.fixture
def environment() -> Any:
    """What a service without a registered image runs in."""
    made = Environment("garden")
    made.python.conda_dependencies = CondaDependencies.create(pip_packages=["azureml-defaults"])
    made.environment_variables["GARDEN"] = "roses"
    return made


@pytest.fixture
def service(workspace: Any, image: Any) -> Any:
    """A service on a cluster."""
    return deployed(Webservice.deploy_from_image(workspace, "iris", image, AKS))


def deployed(service: Any) -> Any:
    service.wait_for_deployment()
    assert service.state == "Healthy", service.error
    return service


@COMPUTES
def test_a_service_is_made_of_a_registered_image_and_scores(workspace: Any, image: Any, configuration: Any) -> None:
    service = deployed(Webservice.deploy_from_image(workspace, "iris", image, configuration))
    assert service.image.id == "iris:1"
    assert service.run(BODY) == ANSWER


@COMPUTES
def test_a_service_is_made_without_an_image_and_scores(
    workspace: Any, model: Any, driver: str, environment: Any, configuration: Any
) -> None:
    inference = InferenceConfig(entry_script=driver, environment=environment)
    service = deployed(Model.deploy(workspace, "iris", [model], inference, configuration))
    assert service.image is None
    assert [one.id for one in service.models] == ["iris:1"]
    assert service.environment.environment_variables["GARDEN"] == "roses"
    assert service.run(BODY) == ANSWER
    assert Image.list(workspace) == []


def test_a_source_folder_with_an_entry_script_is_deployed(
    workspace: Any, model: Any, driver: str, environment: Any, folder: Path
) -> None:
    (folder / "code").mkdir()
    (folder / driver).rename(folder / "code" / driver)
    inference = InferenceConfig(entry_script=driver, source_directory="code", environment=environment)
    assert deployed(Model.deploy(workspace, "iris", [model], inference, ACI)).run(BODY) == ANSWER


def test_images_are_listed_labelled_and_kept_while_a_service_uses_them(workspace: Any, image: Any) -> None:
    image.add_tags({"stage": "test"})
    image.add_properties({"run": "7"})
    assert [one.id for one in Image.list(workspace, tags=["stage"])] == ["iris:1"]
    assert [one.id for one in Image.list(workspace, model_name="iris")] == ["iris:1"]
    assert Image.list(workspace, properties=[["run", "8"]]) == []
    assert [one.id for one in Image(workspace, "iris").models] == ["iris:1"]
    service = deployed(Webservice.deploy_from_image(workspace, "iris", image, ACI))
    with pytest.raises(TypeError, match="bytes-like"):
        image.delete()  # refused with 412; what the client says of that, it looks for in bytes, and stumbles
    service.delete()
    image.delete()
    with pytest.raises(WebserviceException, match="iris"):
        Image(workspace, "iris")


def test_a_model_in_use_is_not_deleted(model: Any, image: Any) -> None:
    with pytest.raises(WebserviceException, match="412"):
        model.delete()
    image.delete()
    model.delete()


def test_services_are_listed_and_found(workspace: Any, service: Any) -> None:
    def names(**filters: Any) -> list[str]:
        return [one.name for one in Webservice.list(workspace, **filters)]

    service.add_tags({"team": "garden"})
    assert names() == names(compute_type="AKS") == names(image_id="iris:1") == names(model_id="iris:1") == ["iris"]
    assert names(tags=["team"]) == names(model_name="iris") == names(image_name="iris") == ["iris"]
    assert names(compute_type="ACI") == names(tags=[["team", "forest"]]) == []
    assert isinstance(Webservice(workspace, "iris"), AksWebservice)
    with pytest.raises(WebserviceException, match="WebserviceNotFound"):
        Webservice(workspace, "none")


def test_a_service_is_changed_in_place(workspace: Any, service: Any) -> None:
    address = service.scoring_uri
    service.update(
        num_replicas=2,
        scoring_timeout_ms=5000,
        cpu_cores=0.2,
        period_seconds=20,
        description="for flowers",
        tags={"team": "garden"},
        properties={"ticket": "7"},
    )
    deployed(service)
    found = Webservice(workspace, "iris")
    assert (found.num_replicas, found.scoring_timeout_ms, found.description) == (2, 5000, "for flowers")
    assert (found.container_resource_requirements.cpu, found.liveness_probe_requirements.period_seconds) == (0.2, 20)
    assert (found.tags, found.properties["ticket"]) == ({"team": "garden"}, "7")
    assert found.scoring_uri == address
    assert found.run(BODY) == ANSWER


def test_a_service_gets_another_image(workspace: Any, service: Any, driver: str, folder: Path) -> None:
    (folder / driver).write_text("def init():\n    pass\n\n\ndef run(raw):\n    return 'another'\n", encoding="utf-8")
    recipe = ContainerImage.image_configuration(driver, "python")
    another = Image.create(workspace, "iris", [], recipe)
    another.wait_for_creation()
    service.update(image=another)
    assert deployed(service).run(BODY) == "another"
    assert service.image.id == "iris:2"


def test_a_cluster_is_attached_and_named_by_its_object(workspace: Any, image: Any) -> None:
    attached = AksCompute.attach_configuration(resource_group="gardens", cluster_name="greenhouse")
    target = ComputeTarget.attach(workspace, "greenhouse", attached)
    target.wait_for_completion()
    assert list(workspace.compute_targets) == ["greenhouse"]
    configuration = AksWebservice.deploy_configuration(cpu_cores=0.1, memory_gb=0.2)
    service = deployed(Webservice.deploy_from_image(workspace, "iris", image, configuration, target))
    assert service.compute_name == "greenhouse"
    assert (service.autoscaler.autoscale_enabled, service.autoscaler.max_replicas) == (True, 10)
    target.detach()
    assert list(workspace.compute_targets) == []


def test_what_the_server_refuses_is_said_by_the_client(workspace: Any, image: Any) -> None:
    reserved = AksWebservice.deploy_configuration(cpu_cores=0.5, cpu_cores_limit=0.6, compute_target_name="cluster")
    reserved.cpu_cores_limit = 0.1  # after the client's own check
    with pytest.raises(WebserviceException, match=r"containerResourceRequirements\.cpu: must not be above cpuLimit"):
        Webservice.deploy_from_image(workspace, "iris", image, reserved)


def test_keys_are_renewed_and_the_old_ones_stop_working(service: Any) -> None:
    first, second = service.get_keys()
    service.regen_key("Primary")
    renewed, same = service.get_keys()
    assert (renewed != first, same) == (True, second)
    service.regen_key("Secondary", set_key="my-own-key-of-some-length")
    assert service.get_keys() == (renewed, "my-own-key-of-some-length")
    assert service.run(BODY) == ANSWER


def test_a_token_opens_a_service_that_takes_tokens(workspace: Any, image: Any) -> None:
    configuration = AksWebservice.deploy_configuration(
        autoscale_enabled=False,
        num_replicas=1,
        cpu_cores=0.1,
        memory_gb=0.2,
        compute_target_name="cluster",
        auth_enabled=False,
        token_auth_enabled=True,
    )
    service = deployed(Webservice.deploy_from_image(workspace, "iris", image, configuration))
    access = service.get_access_token()
    assert access.token_type == "Bearer"
    assert service.run(BODY) == ANSWER


def test_the_log_of_a_service_is_read(service: Any) -> None:
    service.run(BODY)
    assert service.get_logs(num_lines=50)
    assert len(service.get_logs(num_lines=1).splitlines()) == 1


def test_a_driver_that_fails_is_reported_with_its_log(workspace: Any, driver: str, folder: Path) -> None:
    (folder / driver).write_text("def init():\n    raise OSError('no water')\n\n\ndef run(raw):\n    return 1\n")
    image = Image.create(workspace, "iris", [], ContainerImage.image_configuration(driver, "python"))
    image.wait_for_creation()
    service = Webservice.deploy_from_image(workspace, "iris", image, ACI)
    with pytest.raises(WebserviceException, match="no water"):
        service.wait_for_deployment()
    assert service.state == "Failed"
    assert "no water" in service.get_logs()


def test_a_taken_name_is_refused_unless_it_is_overwritten(workspace: Any, image: Any, service: Any) -> None:
    with pytest.raises(WebserviceException, match="already"):
        Webservice.deploy_from_image(workspace, "iris", image, ACI)
    assert deployed(Webservice.deploy_from_image(workspace, "iris", image, ACI, overwrite=True)).compute_type == "ACI"


def test_a_service_is_deleted_and_stays_so(workspace: Any, service: Any) -> None:
    service.delete()
    assert Webservice.list(workspace) == []
    service.delete()  # it is gone, which is what was asked for
