/// The channels of a recording, and their schemas: the fixed ones, the cameras', then the candidates'.
enum EpisodeChannels {
    /// The channels that every recording has, in order; the cameras' follow.
    enum Fixed: Int, CaseIterable {
        case tick, observation, action, proposed, safety, state, transforms, scene, cloud

        var topic: String {
            switch self {
            case .tick: "/tick"
            case .observation: "/observation/state"
            case .action: "/action/state"
            case .proposed: "/action/proposed"
            case .safety: "/safety"
            case .state: "/state"
            case .transforms: "/tf"
            case .scene: "/scene"
            case .cloud: "/observation/cloud"
            }
        }

        fileprivate var schema: MCAPSchema {
            switch self {
            case .tick: EpisodeChannels.json("simrun.Tick", TickMessage.properties)
            case .observation, .action, .state:
                EpisodeChannels.json("simrun.Scalars", ScalarsMessage.properties)
            case .proposed: EpisodeChannels.json("simrun.Plan", PlanMessage.properties)
            case .safety: EpisodeChannels.json("simrun.Safety", SafetyMessage.properties)
            case .transforms: FoxgloveSchemas.schema("FrameTransforms")
            case .scene: FoxgloveSchemas.schema("SceneUpdate")
            case .cloud: FoxgloveSchemas.schema("PointCloud")
            }
        }
    }

    /// The index of the first camera's channel.
    static let firstCamera = Fixed.allCases.count

    /// The index of the candidates' channel, behind the cameras'; only a layout with candidates has it.
    static func candidates(_ layout: EpisodeLayout) -> Int { firstCamera + layout.cameras.count }

    /// All channels of a layout.
    static func channels(_ layout: EpisodeLayout) -> [MCAPChannel] {
        let fixed = Fixed.allCases.map {
            MCAPChannel(
                topic: $0.topic,
                messageEncoding: $0.schema.encoding == "protobuf" ? "protobuf" : "json",
                schema: $0.schema
            )
        }
        return fixed
            + layout.cameras.map {
                MCAPChannel(
                    topic: "/camera/" + $0.name,
                    messageEncoding: "protobuf",
                    schema: FoxgloveSchemas.schema("CompressedImage")
                )
            }
            + (layout.candidates == nil
                ? []
                : [
                    MCAPChannel(
                        topic: CandidatesMessage.topic,
                        messageEncoding: "json",
                        schema: json("simrun.Candidates", CandidatesMessage.properties)
                    )
                ])
    }

    /// A JSON schema of an object with `properties`, given as JSON.
    private static func json(_ name: String, _ properties: String) -> MCAPSchema {
        let text = "{\"title\":\"\(name)\",\"type\":\"object\",\"properties\":{\(properties)}}"
        return MCAPSchema(name: name, encoding: "jsonschema", data: Array(text.utf8))
    }
}
