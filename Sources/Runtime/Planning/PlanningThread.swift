import Glibc

/// A thread that prepares itself, then calls its body again and again until that returns false.
struct PlanningThread {
    private final class Body {
        let prepare: () -> Void
        let body: () -> Bool

        init(_ prepare: @escaping () -> Void, _ body: @escaping () -> Bool) {
            self.prepare = prepare
            self.body = body
        }
    }

    private let body: Body

    init(prepare: @escaping () -> Void, body: @escaping () -> Bool) {
        self.body = Body(prepare, body)
    }

    /// Starts the thread, detached: it ends by itself.
    func start() {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(body)
        let failure = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                body.prepare()
                while body.body() {}
                return nil
            },
            argument.toOpaque()
        )
        precondition(failure == 0, "the machine has no room for one more thread")
        pthread_detach(thread)
    }
}
