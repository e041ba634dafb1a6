import Glibc

/// A thread that calls its body again and again until that returns false.
struct PlanningThread {
    private final class Body {
        let body: () -> Bool

        init(_ body: @escaping () -> Bool) {
            self.body = body
        }
    }

    private let body: Body

    init(_ body: @escaping () -> Bool) {
        self.body = Body(body)
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
                while body.body() {}
                return nil
            },
            argument.toOpaque()
        )
        precondition(failure == 0, "the machine has no room for one more thread")
        pthread_detach(thread)
    }
}
