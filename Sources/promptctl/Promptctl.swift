/// The command line of prompt libraries.
@main
struct Promptctl {
    static func main() async {}
}
