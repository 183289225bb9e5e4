import Tchavi
import Testing

struct ChatMessageTests {
    private let text = "Hello"
    private let content = MessageContent.parts([.text("Look:"), .image("https://images.example/tide.png")])

    @Test func `A message is created from a literal, a string or content`() {
        let messages: [ChatMessage] = [
            .user("Hello"), .user(text), .user("\(text)"), .user("Hel\("lo")"), .user("Hel" + "lo"),
            .user(String(text.prefix(5))), .user(text.trimmingPrefix(" ").description), .user(.text(text)),
            .user(MessageContent.text(text)),
            .user(
                """
                Hello
                """
            ),
        ]
        let expected = ChatMessage(role: .user, content: .text("Hello"))
        #expect(messages.allSatisfy { $0 == expected })
        #expect([text, "Hello"].map(ChatMessage.user) == [expected, expected])
        #expect([text].map { .user($0) } == [expected])
        #expect(ChatMessage.user(.parts([.text("a")])).content == .parts([.text("a")]))
        #expect(ChatMessage.user(content).content == content)
    }

    @Test func `Each role has a factory for literals, strings and content`() {
        let factories: [(Role, literal: ChatMessage, text: ChatMessage, content: ChatMessage)] = [
            (.user, .user("Hello"), .user(text), .user(content)),
            (.system, .system("Hello"), .system(text), .system(content)),
            (.developer, .developer("Hello"), .developer(text), .developer(content)),
            (.assistant, .assistant("Hello"), .assistant(text), .assistant(content)),
            (.tool, .tool("Hello", callID: "c1"), .tool(text, callID: "c1"), .tool(content, callID: "c1")),
        ]
        for (role, literal, text, message) in factories {
            let id = role == .tool ? "c1" : nil
            #expect(literal == ChatMessage(role: role, content: "Hello", toolCallID: id))
            #expect(text == literal)
            #expect(message == ChatMessage(role: role, content: content, toolCallID: id))
        }
    }
}
