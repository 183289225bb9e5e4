"""A scripted Messages API of Anthropic on 127.0.0.1, which LiteLLM's proxy calls. Prints its port.

It requests two tools in the first round of a turn, one without arguments, and refuses the second round with Anthropic's
own message when the thinking block of the first has not come back unchanged.
"""

import http.server
import json
import threading

THINKING = {
    "type": "thinking",
    "thinking": "The tide depends on the port and the time.",
    "signature": "c2lnbmVkIGJ5IHRoZSBtb2RlbA==",
}


def calls(messages):
    """Returns the calls that follow these messages, with ids that no other turn of the conversation has."""
    number = len(messages)
    return [
        {"type": "tool_use", "id": f"toolu_{number}_tide", "name": "get_tide", "input": {"city": "Brest"}},
        {"type": "tool_use", "id": f"toolu_{number}_time", "name": "get_time", "input": {}},
    ]


def blocks(message):
    content = message["content"]
    return content if isinstance(content, list) else [{"type": "text", "text": content}]


def answer(request):
    """Returns the content and the stop reason, or an error message."""
    messages = request["messages"]
    tools = [tool["name"] for tool in request.get("tools", [])]
    thinking = [THINKING] if request.get("thinking", {}).get("type") == "enabled" else []
    results = {b["tool_use_id"]: b["content"] for b in blocks(messages[-1]) if b["type"] == "tool_result"}
    if results:
        asked = blocks(messages[-2])
        if thinking and asked[0]["type"] != "thinking":
            return "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`."
        if thinking and any(asked[0][key] != THINKING[key] for key in ["thinking", "signature"]):
            return "messages.1.content.0: Invalid `signature` in `thinking` block"
        expected = calls(messages[:-2])
        if [b for b in asked if b["type"] == "tool_use"] != expected or list(results) != [c["id"] for c in expected]:
            return "messages.1.content: unexpected tool_use blocks"
        said = [r if isinstance(r, str) else r[0]["text"] for r in results.values()]
        return thinking + [{"type": "text", "text": "The tide in Brest: " + " at ".join(said) + "."}], "end_turn"
    if "get_tide" in tools:
        return thinking + calls(messages), "tool_use"
    structured = {"city": "Brest", "high": True}
    if "json_tool_call" in tools:
        return [{"type": "tool_use", "id": "toolu_03Json", "name": "json_tool_call", "input": structured}], "tool_use"
    if "output_format" in request or "format" in request.get("output_config", {}):
        return thinking + [{"type": "text", "text": json.dumps(structured)}], "end_turn"
    return thinking + [{"type": "text", "text": "The tide is high in Brest."}], "end_turn"


def events(message, content):
    """Yields the events of a stream."""
    yield {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
    for index, block in enumerate(content):
        if block["type"] == "thinking":
            start = {**block, "thinking": "", "signature": ""}
            text = block["thinking"]
            deltas = [{"type": "thinking_delta", "thinking": part} for part in [text[:20], text[20:]]]
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
        elif block["type"] == "tool_use":
            start = {**block, "input": {}}
            text = json.dumps(block["input"]) if block["input"] else ""
            deltas = [{"type": "input_json_delta", "partial_json": part} for part in ["", text[:6], text[6:]]]
        else:
            start, text = {**block, "text": ""}, block["text"]
            deltas = [{"type": "text_delta", "text": text[i : i + 8]} for i in range(0, len(text), 8)]
        yield {"type": "content_block_start", "index": index, "content_block": start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 40}}
    yield {"type": "message_stop"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        result = answer(request)
        if isinstance(result, str):
            return self.respond(400, {"type": "error", "error": {"type": "invalid_request_error", "message": result}})
        content, reason = result
        usage = {"input_tokens": 30, "output_tokens": 40, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 12}
        message = {"id": "msg_01", "type": "message", "role": "assistant", "model": request["model"], "content": content}
        message |= {"stop_reason": reason, "stop_sequence": None, "usage": usage}
        if not request.get("stream"):
            return self.respond(200, message)
        body = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events(message, content))
        self.respond(200, body.encode(), "text/event-stream")

    def respond(self, status, body, content_type="application/json"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("request-id", "req_anthropic")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    threading.Timer(600, server.shutdown).start()
    server.serve_forever()
