import Testing

@testable import TchaviPrompts

struct ControlCharacterTests {
    @Test(arguments: [
        ("\u{0}\t\u{1B}[2J", "\\u{0}\\u{9}\\u{1B}[2J"), ("a\r\nb", "a\\u{D}\\u{A}b"),
        ("\u{7F}\u{9B}", "\\u{7F}\\u{9B}"),
        ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"), ("\u{202E}gpj\u{2066}x\u{200F}", "\\u{202E}gpj\\u{2066}x\\u{200F}"),
    ])
    func `Control characters are escaped`(text: String, expected: String) {
        #expect(text.escapingControlCharacters == expected)
    }

    @Test func `Other characters are unchanged`() {
        let text = "plan = \"prö\" 👩\u{200D}👩 \u{A0}\\u{1B}"
        #expect(text.escapingControlCharacters.utf8.elementsEqual(text.utf8))
    }
}
