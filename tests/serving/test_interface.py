import re

import pytest
from flask.testing import FlaskClient

from model.release.fields import Field
from serving.openapi import field_schema


def test_the_interface_names_fields_ranges_choices_and_an_example(table: FlaskClient) -> None:
    document = table.get("/openapi.json").json
    instance = document["components"]["schemas"]["Instance"]
    assert document["openapi"] == "3.1.0"
    assert instance["required"] == ["area", "zone"]
    assert instance["additionalProperties"] is False
    assert instance["properties"]["area"] == {
        "title": "area", "type": "number", "minimum": 100, "maximum": 5000, "x-unit": "sq ft", "x-kind": "number",
    }  # fmt: skip
    assert instance["properties"]["rooms"]["type"] == ["integer", "null"]
    assert instance["properties"]["zone"]["enum"] == ["RL", "RM", "C"]
    assert instance["properties"]["sold"]["x-minimum"] == "1970-01-01"
    example = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert table.post("/predict", json=example).status_code == 200
    assert set(document["components"]["schemas"]["Prediction"]["required"]) == {"id", "value", "low", "high"}


def test_what_is_answered_fits_the_interface(text: FlaskClient) -> None:
    schemas = text.get("/openapi.json").json["components"]["schemas"]
    instances = {"instances": schemas["Instance"]["examples"]}
    predictions, explanations = (text.post(path, json=instances).json for path in ("/predict", "/explain"))
    assert set(predictions) == set(schemas["Predictions"]["required"])
    assert set(predictions["predictions"][0]) == set(schemas["Prediction"]["required"])
    assert set(explanations) == set(schemas["Explanations"]["required"])
    explanation = schemas["Explanations"]["properties"]["explanations"]["items"]
    assert set(explanations["explanations"][0]) == set(explanation["required"])
    assert schemas["Prediction"]["properties"]["label"]["enum"] == ["negative", "positive"]


def test_every_reference_of_the_interface_leads_somewhere(text: FlaskClient) -> None:
    interface = text.get("/openapi.json")
    names = set(re.findall(r'"#/components/schemas/(\w+)"', interface.text))
    assert names
    assert names <= set(interface.json["components"]["schemas"])


def test_a_category_that_may_be_unknown_or_missing() -> None:
    open_field = Field("zone", "category", choices=("A",), unknown="accept", max_chars=9)
    assert field_schema(open_field)["examples"] == ["A"]
    assert field_schema(Field("zone", "category", choices=("A",), nullable=True))["enum"] == ["A", None]


def test_the_page_and_all_it_links_to_are_served(text: FlaskClient) -> None:
    page = text.get("/")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    imports = [f"page/{name}" for link in links if link.endswith(".js") for name in _imports(text, link)]
    assert page.content_type == "text/html; charset=utf-8"
    assert {"page/try.css", "page/try.js", "page/form.js", "page/answer.js"} <= {*links, *imports}
    for link in {*links, *imports}:
        assert text.get(f"/{link}").status_code == 200, link


@pytest.mark.parametrize("forbidden", ["<style", "style=", "onclick=", "onload=", "http://", "https://", "<script>"])
def test_the_page_keeps_its_own_policy(text: FlaskClient, forbidden: str) -> None:
    assert forbidden not in text.get("/").text


def _imports(client: FlaskClient, link: str) -> list[str]:
    return re.findall(r'from "\./([^"]+)"', client.get(f"/{link}").text)
