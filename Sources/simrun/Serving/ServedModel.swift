import Diagnostics
import Inference
import Policies
import Runtime
import Serving

/// A loaded policy as its server tells and answers of it.
struct ServedModel: Sendable {
    private let model: UNetModel
    private let fields: [ObservationField]
    private let map: BoundMap?

    init(_ model: UNetModel, map: BoundMap? = nil) throws(InputError) {
        self.model = model
        self.map = map
        let manifest = model.manifest
        var fields: [ObservationField] = []
        for feature in manifest.features {
            guard let part = ObservationField.Part(rawValue: feature.name.rawValue) else {
                preconditionFailure("each state feature has a part of the same name")
            }
            fields.append(try ObservationField(part, width: feature.width))
        }
        // Points are moved into the tool's frame by it.
        if manifest.cloud.frame != .world, !fields.contains(where: { $0.part == .toolPosition }) {
            fields.append(try ObservationField(.toolPosition, width: 3))
        }
        fields.append(try ObservationField(.pointCloud, width: manifest.cloud.points))
        self.fields = fields
    }

    /// A session with a workspace of its own.
    func makeSession() -> any PolicySession {
        ServedPolicy(
            UNetPolicy(model: model),
            fields: fields,
            map: map,
            period: .seconds(1 / model.manifest.policyRateHz)
        )
    }

    /// What each client is told first.
    var metadata: MessagePackValue {
        let manifest = model.manifest
        var shape = UNetPolicy(model: model).shape
        if let map { shape.actionWidth = map.theirWidth }
        return ServerDescription(
            policy: manifest.name,
            sha256: manifest.weights.sha256,
            task: manifest.task,
            robot: manifest.robot,
            controlMode: manifest.controlMode,
            policyHertz: manifest.policyRateHz,
            execute: manifest.execute,
            actionNames: map == nil ? manifest.actionNames : nil,
            shape: shape,
            fields: fields.filter { field in map.map { !$0.covers(field.part) } ?? true }
        ).metadata
    }
}
