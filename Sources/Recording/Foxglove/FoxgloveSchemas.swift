/// Foxglove's well-known types, as far as recordings use them; its viewers know them by name.
///
/// Field numbers are those of https://github.com/foxglove/foxglove-sdk, `schemas/proto`; fields that
/// are never written are left out.
enum FoxgloveSchemas {
    private static let timestamp = ProtobufSchema.Kind.message("google.protobuf.Timestamp")

    private static let files: [ProtobufSchema.File] = [
        ProtobufSchema.File(
            path: "google/protobuf/timestamp.proto",
            package: "google.protobuf",
            messages: [time("Timestamp")]
        ),
        ProtobufSchema.File(
            path: "google/protobuf/duration.proto",
            package: "google.protobuf",
            messages: [time("Duration")]
        ),
        ProtobufSchema.File(
            path: "foxglove/simrun.proto",
            package: "foxglove",
            dependencies: ["google/protobuf/timestamp.proto", "google/protobuf/duration.proto"],
            messages: geometry + transforms + scene + images + clouds
        ),
    ]

    /// The schema of a type by its name within `foxglove`.
    static func schema(_ name: String) -> MCAPSchema {
        MCAPSchema(name: "foxglove." + name, encoding: "protobuf", data: descriptorSet)
    }

    private static let descriptorSet = ProtobufSchema(files: files).descriptorSet

    private static func time(_ name: String) -> ProtobufSchema.Message {
        message(name, [("seconds", .int64), ("nanos", .int32)])
    }

    /// A message whose fields are numbered from 1.
    private static func message(
        _ name: String,
        _ fields: [(name: String, kind: ProtobufSchema.Kind)]
    ) -> ProtobufSchema.Message {
        ProtobufSchema.Message(
            name: name,
            fields: fields.enumerated().map {
                ProtobufSchema.Field(number: $0 + 1, name: $1.name, kind: $1.kind)
            }
        )
    }

    private static var geometry: [ProtobufSchema.Message] {
        [
            message("Vector3", [("x", .double), ("y", .double), ("z", .double)]),
            message(
                "Quaternion",
                [("x", .double), ("y", .double), ("z", .double), ("w", .double)]
            ),
            message(
                "Pose",
                [
                    ("position", .message("foxglove.Vector3")),
                    ("orientation", .message("foxglove.Quaternion")),
                ]
            ),
            message("Color", [("r", .double), ("g", .double), ("b", .double), ("a", .double)]),
        ]
    }

    private static var transforms: [ProtobufSchema.Message] {
        [
            message(
                "FrameTransform",
                [
                    ("timestamp", timestamp), ("parent_frame_id", .string),
                    ("child_frame_id", .string), ("translation", .message("foxglove.Vector3")),
                    ("rotation", .message("foxglove.Quaternion")),
                ]
            ),
            ProtobufSchema.Message(
                name: "FrameTransforms",
                fields: [list(1, "transforms", "foxglove.FrameTransform")]
            ),
        ]
    }

    private static func list(
        _ number: Int,
        _ name: String,
        _ type: String
    ) -> ProtobufSchema.Field {
        ProtobufSchema.Field(number: number, name: name, kind: .message(type), isRepeated: true)
    }

    private static var scene: [ProtobufSchema.Message] {
        let solid: [(name: String, kind: ProtobufSchema.Kind)] = [
            ("pose", .message("foxglove.Pose")), ("size", .message("foxglove.Vector3")),
        ]
        let color: [(name: String, kind: ProtobufSchema.Kind)] = [
            ("color", .message("foxglove.Color"))
        ]
        return [
            message("CubePrimitive", solid + color),
            message("SpherePrimitive", solid + color),
            message(
                "CylinderPrimitive",
                solid + [("bottom_scale", .double), ("top_scale", .double)] + color
            ),
            ProtobufSchema.Message(
                name: "SceneEntity",
                fields: [
                    ProtobufSchema.Field(number: 1, name: "timestamp", kind: timestamp),
                    ProtobufSchema.Field(number: 2, name: "frame_id", kind: .string),
                    ProtobufSchema.Field(number: 3, name: "id", kind: .string),
                    ProtobufSchema.Field(
                        number: 4,
                        name: "lifetime",
                        kind: .message("google.protobuf.Duration")
                    ),
                    ProtobufSchema.Field(number: 5, name: "frame_locked", kind: .bool),
                    list(8, "cubes", "foxglove.CubePrimitive"),
                    list(9, "spheres", "foxglove.SpherePrimitive"),
                    list(10, "cylinders", "foxglove.CylinderPrimitive"),
                ]
            ),
            ProtobufSchema.Message(
                name: "SceneUpdate",
                fields: [list(2, "entities", "foxglove.SceneEntity")]
            ),
        ]
    }

    private static var images: [ProtobufSchema.Message] {
        [
            ProtobufSchema.Message(
                name: "CompressedImage",
                fields: [
                    ProtobufSchema.Field(number: 1, name: "timestamp", kind: timestamp),
                    ProtobufSchema.Field(number: 2, name: "data", kind: .bytes),
                    ProtobufSchema.Field(number: 3, name: "format", kind: .string),
                    ProtobufSchema.Field(number: 4, name: "frame_id", kind: .string),
                ]
            )
        ]
    }

    private static var clouds: [ProtobufSchema.Message] {
        [
            ProtobufSchema.Message(
                name: "PackedElementField",
                fields: [
                    ProtobufSchema.Field(number: 1, name: "name", kind: .string),
                    ProtobufSchema.Field(number: 2, name: "offset", kind: .fixed32),
                    ProtobufSchema.Field(
                        number: 3,
                        name: "type",
                        kind: .enumeration("foxglove.PackedElementField.NumericType")
                    ),
                ],
                enumerations: [
                    (
                        "NumericType",
                        [
                            "UNKNOWN", "UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32",
                            "FLOAT32", "FLOAT64",
                        ]
                    )
                ]
            ),
            ProtobufSchema.Message(
                name: "PointCloud",
                fields: [
                    ProtobufSchema.Field(number: 1, name: "timestamp", kind: timestamp),
                    ProtobufSchema.Field(number: 2, name: "frame_id", kind: .string),
                    ProtobufSchema.Field(
                        number: 3,
                        name: "pose",
                        kind: .message("foxglove.Pose")
                    ),
                    ProtobufSchema.Field(number: 4, name: "point_stride", kind: .fixed32),
                    list(5, "fields", "foxglove.PackedElementField"),
                    ProtobufSchema.Field(number: 6, name: "data", kind: .bytes),
                ]
            ),
        ]
    }
}
