"""Upload, inspection, judgement, report and a bank with the client that openapi-python-client made.

    server_client.py ADDRESS WORKSPACE

Every answer is asserted; the last line counts the operations and their calls.
"""
import sys
import time
from io import BytesIO
from pathlib import Path

from fettle_client.api.banks import (
    banks_active,
    banks_extend,
    banks_list,
    banks_read_thresholds,
    banks_set_thresholds,
    banks_undo,
    banks_undo_thresholds,
)
from fettle_client.api.images import images_list, images_picture, images_register, images_remove
from fettle_client.api.inspections import (
    inspections_create,
    inspections_judge,
    inspections_list,
    inspections_map,
    inspections_picture,
    inspections_read,
    inspections_report,
    inspections_set_action,
)
from fettle_client.api.jobs import jobs_read
from fettle_client.api.manuals import manuals_answer, manuals_register
from fettle_client.api.products import products_list, products_name, products_name_defect
from fettle_client.api.search import search_by_picture
from fettle_client.client import Client
from fettle_client.models import (
    ActionState,
    DefectNames,
    JobState,
    NewActionState,
    NewExtension,
    NewImages,
    NewInspection,
    NewJudgement,
    NewManual,
    PictureKind,
    PictureSearch,
    ProductNames,
    Quantile,
    QuantileRule,
    Question,
    StageState,
    Verdict,
)
from fettle_client.types import File

PNG = b"\x89PNG"
called = []


def call(operation, *args, status=200, **kwargs):
    """The answer of an operation, which has to have this status and to be what the description says."""
    called.append(operation)
    answer = operation.sync_detailed(*args, client=client, **kwargs)
    assert answer.status_code == status, f"{operation.__name__}: {answer.status_code} {answer.content[:500]}"
    return answer.parsed


def upload(path, name=None):
    data = path if isinstance(path, bytes) else path.read_bytes()
    return File(payload=BytesIO(data), file_name=name or path.name, mime_type="application/octet-stream")


def ended(job):
    """A job, once it has ended."""
    for _ in range(600):
        job = call(jobs_read, job.id)
        if job.state not in (JobState.WAITING, JobState.RUNNING):
            assert job.state == JobState.DONE, job
            return job
        time.sleep(0.1)
    raise AssertionError(f"{job} does not end")


client = Client(base_url=f"{sys.argv[1]}/api/v1", timeout=120)
workspace = Path(sys.argv[2])
parts = sorted(workspace.glob("out/demo/*/part.png"))
assert len(parts) == 3, parts

# Upload.
product = call(products_list).products[0].code
named = call(products_name, "client-1", body=ProductNames(name_ko="판", name_en="Plate"))
assert (named.code, named.name_en) == ("client-1", "Plate"), named
call(products_name_defect, "client-1", "scratch", body=DefectNames(name_ko="흠집", name_en="scratch"))
images = NewImages(images=[upload(parts[0], "하나.png"), upload(parts[1], "two.png")], defect="scratch")
done = call(images_register, "client-1", body=images, idempotency_key="client-images", status=201)
assert len(done.new) == 2 and not done.known and not done.rejected, done
again = call(images_register, "client-1", body=images, idempotency_key="other", status=201)
assert sorted(again.known) == sorted(done.new) and not again.new, again
listed = call(images_list, "client-1", defect="scratch").images
assert sorted(image.id for image in listed) == sorted(done.new), listed
assert call(images_picture, done.new[0]).payload.read().startswith(PNG)
call(images_remove, done.new[1], status=204)
manual = "1. scratch (흠집)\n원인:\n- 컨베이어의 이물\n조치:\n- 컨베이어를 청소합니다.\n".encode()
read = call(manuals_register, "client-1", body=NewManual(manual=upload(manual, "client-1_manual.txt")), status=201)
assert read.sections[0].actions[0].text == "컨베이어를 청소합니다.", read
answer = call(manuals_answer, body=Question(question="흠집이 생기면 어떻게 합니까?", product="client-1"))
assert any("청소" in passage.text for passage in answer.passages), answer

# Inspection.
before = call(inspections_list).total
inspection = call(
    inspections_create,
    body=NewInspection(image=upload(parts[2], "부품 7.png"), product=product),
    wait=120,
    idempotency_key="client-part",
    status=201,
)
assert (inspection.file_name, inspection.product) == ("부품 7.png", product), inspection
assert inspection.anomaly.state == StageState.DONE and len(inspection.image_hash) == 64
scored = inspection.anomaly.result
assert scored.thresholds.image > 0 and scored.bank.product == product and scored.bank.version >= 1
assert scored.verdict in (Verdict.NG, Verdict.OK, Verdict.UNSURE)
replayed = call(
    inspections_create,
    body=NewInspection(image=upload(parts[2], "부품 7.png"), product=product),
    wait=120,
    idempotency_key="client-part",
    status=201,
)
assert replayed == inspection
found = call(inspections_read, inspection.id)
assert found == inspection
assert call(inspections_picture, inspection.id, PictureKind.OVERLAY).payload.read().startswith(PNG)
assert call(inspections_map, inspection.id).payload.read().startswith(PNG)
page = call(inspections_list, limit=1, text="부품 7")
assert [row.id for row in page.inspections] == [inspection.id] and page.total == 1, page
assert call(inspections_list).total <= before + 1
similar = call(search_by_picture, body=PictureSearch(image=upload(parts[2])))
assert similar.hits and similar.hits[0].score > 0.5, similar

# Judgement.
judged = call(inspections_judge, inspection.id, body=NewJudgement(verdict=Verdict.NG, note="가장자리"))
assert (judged.judgement.verdict, judged.judgement.note) == (Verdict.NG, "가장자리"), judged
assert judged.verdict == inspection.verdict
acted = call(inspections_set_action, inspection.id, body=NewActionState(state=ActionState.DONE))
assert acted.action == ActionState.DONE, acted

# Report.
report = call(inspections_report, inspection.id)
assert report.state in (StageState.DONE, StageState.SKIPPED), report
http = client.get_httpx_client()
text = http.get(f"/inspections/{inspection.id}/report", params={"form": "markdown"})
assert text.status_code == 200 and text.headers["content-type"].startswith("text/markdown"), text
pdf = http.get(f"/inspections/{inspection.id}/report", params={"form": "pdf"})
assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF"), pdf

# A bank: limits by a rule and back, a look at an extension, the extension, and back.
active = call(banks_active, product)
limits = call(banks_read_thresholds, product)
assert limits.bank == active.bank and limits.changes == 0, limits
changed = call(banks_set_thresholds, product, body=Quantile(rule=QuantileRule.QUANTILE, share=0.9))
assert changed.before == limits.thresholds, changed
assert call(banks_undo_thresholds, product).thresholds == limits.thresholds
versions = len(call(banks_list, product).banks)
new = NewExtension(images=[upload(parts[0], "normal.png")])
look = ended(call(banks_extend, product, body=new, preview=True, status=202))
assert look.result["added"][0]["file_name"] == "normal.png" and look.result["impact"]["rescored"] >= 1, look
assert len(call(banks_list, product).banks) == versions
new = NewExtension(images=[upload(parts[0], "normal.png")])
ended(call(banks_extend, product, body=new, status=202))
extended = call(banks_list, product).banks
assert len(extended) == versions + 1 and extended[-1].active and extended[-1].extends == active.bank.version
assert call(banks_undo, product) == active.bank

# What is wrong is a problem, in words.
missing = call(inspections_read, 999_999, status=404)
assert missing.status == 404 and "999999" in missing.detail, missing
wrong = call(inspections_create, body=NewInspection(image=upload(b"hello", "text.png")), status=422)
assert "text.png" in wrong.detail, wrong
print(f"client: {len(set(called))} operations in {len(called)} calls, all as described")
