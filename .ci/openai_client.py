"""Tests a LocalGateway with the `openai` package."""

import base64
import json
import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key=sys.argv[2], max_retries=0)
question = [{"role": "user", "content": "How is the weather in Zürich?"}]

completion = client.chat.completions.create(model="gpt-4o-mini", messages=question)
assert "not a language model" in completion.choices[0].message.content, completion
assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
assert completion.model_extra["tchavi"]["credits_used"] > 0
print("chat:", completion.choices[0].message.content)

stream = client.chat.completions.create(
    model="gpt-4o-mini", messages=question, stream=True, stream_options={"include_usage": True}
)
text, usage = "", None
for chunk in stream:
    if chunk.choices:
        text += chunk.choices[0].delta.content or ""
    usage = chunk.usage or usage
assert text == completion.choices[0].message.content, text
assert usage.total_tokens == completion.usage.total_tokens
print("stream:", text)

tools = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]
asked = client.chat.completions.create(model="gpt-4o-mini", messages=question, tools=tools).choices[0]
assert asked.finish_reason == "tool_calls"
call = asked.message.tool_calls[0]
assert json.loads(call.function.arguments) == {"city": "Zürich"}, call
answered = client.chat.completions.create(
    model="gpt-4o-mini",
    messages=question + [asked.message, {"role": "tool", "tool_call_id": call.id, "content": "grey"}],
    tools=tools,
)
assert "grey" in answered.choices[0].message.content
print("tools:", answered.choices[0].message.content)

with client.chat.completions.stream(model="gpt-4o-mini", messages=question, tools=tools) as events:
    folded = events.get_final_completion()
assert json.loads(folded.choices[0].message.tool_calls[0].function.arguments) == {"city": "Zürich"}
print("tools, streamed:", folded.choices[0].message.tool_calls[0].function.name)

# The package requests base64 by default and decodes it.
embeddings = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"], dimensions=4)
plain = client.embeddings.create(
    model="text-embedding-3-small", input=["a", "b"], dimensions=4, encoding_format="float"
)
for ours, theirs in zip(embeddings.data, plain.data):
    assert all(abs(x - y) < 1e-6 for x, y in zip(ours.embedding, theirs.embedding)), (ours, theirs)
assert len(embeddings.data) == 2 and len(embeddings.data[0].embedding) == 4
print("embeddings:", len(embeddings.data), "of", len(embeddings.data[0].embedding))

image = client.images.generate(model="dall-e-3", prompt="A harbour", response_format="b64_json").data[0]
assert base64.b64decode(image.b64_json).startswith(b"\x89PNG")
assert client.images.generate(model="dall-e-3", prompt="A harbour").data[0].url.startswith("https://")
print("images:", len(image.b64_json))

try:
    openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="wrong", max_retries=0).models.list()
except openai.AuthenticationError as error:
    print("wrong key:", error.status_code)
else:
    raise AssertionError("a wrong key was accepted")
