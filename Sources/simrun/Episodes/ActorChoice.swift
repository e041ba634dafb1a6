import Diagnostics
import Inference
import Policies
import Runtime
import Serving

/// Who acts, as `--policy` names it, loaded and held against what it shall act on.
struct ActorChoice {
    var actor: RunPlan.Actor
    /// What reports call the policy.
    var name: String
    /// SHA-256 of its weights; nil for scripted and random ones.
    var hash: String?
    /// How it wants its chunks executed.
    var execution = "replan"
    /// Actions in a chunk.
    var horizon = 1

    /// Loads and checks it.
    ///
    /// - Parameters:
    ///   - name: `expert`, `random`, a policy's name or directory, or a server's address.
    ///   - network: How its network is computed; read whoever acts: a wrong name is a wrong name.
    ///   - paths: Where policies are looked for.
    ///   - clock: The loop's.
    ///   - map: What turns observations and actions for a server with keys of its own.
    ///   - language: Loads a policy that reads words and pictures; nil where none can act.
    ///   - context: What it must fit.
    init(
        named name: String,
        network: NetworkOptions,
        paths: SearchPaths,
        clock: LoopClock,
        map: BoundMap? = nil,
        language: ((String, WeightFormat?) throws(InputError) -> LanguagePolicy)? = nil,
        fitting context: () throws(InputError) -> PolicyContext
    ) throws(InputError) {
        let format = try network.format()
        guard map == nil || name.contains("://") else {
            throw InputError(
                key: "--map",
                expected: "--policy ws://HOST:PORT beside it",
                found: name
            )
        }
        switch name {
        case "expert": self.init(actor: .expert, name: name)
        case "random": self.init(actor: .random, name: name)
        case let name where name.contains("://"):
            let server = try RemoteServer(named: name, map: map)
            try server.requireFits(context())
            self.init(
                actor: .remote(server),
                name: server.description.policy ?? name,
                hash: server.description.sha256,
                execution: server.description.execute ?? "replan",
                horizon: server.shape.horizon
            )
        default:
            let library = PolicyLibrary(searchPaths: paths.policyFolders)
            let directory = try library.directory(of: name)
            if try PolicyLibrary.isDiscreteDiffusion(directory) {
                guard let language else {
                    throw InputError(
                        key: "--policy",
                        expected: "a policy without an instruction, which nobody gives here",
                        found: name
                    )
                }
                let policy = try language(directory, format)
                self.init(
                    actor: .language(policy),
                    name: policy.model.manifest.name,
                    hash: policy.model.manifest.weights.sha256,
                    execution: policy.model.manifest.execute,
                    horizon: policy.model.network.shape.horizon
                )
                return
            }
            let model = try PolicyShelf.model(directory: directory, format: format)
            try network.requireFits(model, clock: clock)
            try model.manifest.requireFits(context())
            self.init(
                actor: .network(model),
                name: model.manifest.name,
                hash: model.manifest.weights.sha256,
                execution: model.manifest.execute,
                horizon: model.manifest.plannedActions
            )
        }
    }

    private init(
        actor: RunPlan.Actor,
        name: String,
        hash: String? = nil,
        execution: String = "replan",
        horizon: Int = 1
    ) {
        self.actor = actor
        self.name = name
        self.hash = hash
        self.execution = execution
        self.horizon = horizon
    }

    /// The strategy asked for by `--execute`, else the policy's own.
    func strategy(_ asked: String?) throws(InputError) -> ExecutionStrategy {
        try ExecuteArgument.strategy(
            asked ?? execution,
            horizon: horizon,
            key: asked == nil ? "policy.json execution" : "--execute"
        )
    }
}
