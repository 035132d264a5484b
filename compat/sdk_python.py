"""Every call of terra-python 1.1.0 that the contract names, against the server in LOAM_URL."""

import datetime
import os
import sys
import time

from terra import Terra
from terra.core.api_error import ApiError
from terra.utils.verify_signature import verify_terra_webhook_signature

url, dev_id, api_key, user_id, secret = (os.environ[name] for name in ("LOAM_URL", "C_DEV_ID", "C_API_KEY", "C_USER_ID", "C_SECRET"))
client = Terra(dev_id=dev_id, api_key=api_key, base_url=f"{url}/v2")


def day(back):
    return (datetime.date.today() - datetime.timedelta(days=back)).isoformat()


session = client.authentication.generatewidgetsession(reference_id="ref-py", auth_success_redirect_url="https://example.com/success")
assert session.url.startswith(url), session
assert client.authentication.authenticateuser(resource="OURA", reference_id="ref-py").auth_url.startswith(url)
assert len(client.authentication.generateauthtoken().token) == 64

for name in ("sleep", "daily", "activity", "body"):
    answer = getattr(client, name).fetch(user_id=user_id, start_date=day(20), end_date=day(1), to_webhook=False, with_samples=True)
    assert answer.data, name
    first = answer.data[0]
    first = first if isinstance(first, dict) else first.dict()
    assert first["metadata"]["start_time"], name
    print(name, type(answer).__name__, len(answer.data))
for name in ("nutrition", "menstruation"):
    assert getattr(client, name).fetch(user_id=user_id, start_date=day(3), to_webhook=False).data == []
athlete = client.athlete.fetch(user_id=user_id, to_webhook=False)
assert athlete.type == "athlete", athlete

ack = client.sleep.fetch(user_id=user_id, start_date=int(time.time()) - 30 * 86400)
assert ack.reference, ack

info = client.user.getinfoforuserid(user_id=user_id)
assert info.user.user_id == user_id and info.is_authenticated
assert client.user.getalluserids().users
assert client.user.getinfoformultipleuserids(request=[user_id])[0].user_id == user_id
client.user.modifyuser(user_id, reference_id="renamed-py")
assert "OURA" in client.integrations.fetch().providers
assert client.integrations.detailedfetch().providers

for call, status in (
    (lambda: client.sleep.fetch(user_id=user_id, start_date="never", to_webhook=False), 400),
    (lambda: client.user.getinfoforuserid(user_id="00000000-0000-4000-8000-000000000000"), 404),
    (lambda: Terra(dev_id=dev_id, api_key="wrong", base_url=f"{url}/v2").user.getalluserids(), 401),
):
    try:
        call()
    except ApiError as error:
        assert error.status_code == status, error
        assert error.body["status"] == "error" if isinstance(error.body, dict) else error.body, error.body
    else:
        sys.exit(f"expected {status}")

import hashlib
import hmac

body, t = '{"type":"auth"}', int(time.time())
v1 = hmac.new(secret.encode(), f"{t}.{body}".encode(), hashlib.sha256).hexdigest()
verify_terra_webhook_signature(body, f"t={t},v1={v1}", secret)

assert client.authentication.deauthenticateuser(user_id=user_id).status == "success"
print("python sdk: ok")
