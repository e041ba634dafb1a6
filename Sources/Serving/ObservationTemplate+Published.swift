extension ObservationTemplate {
    /// The observations of openpi's published policies, by name.
    public static let published: [ObservationTemplate] = [droid, libero, aloha]

    /// DROID on a Panda: two pictures, seven joints and the gripper.
    public static let droid = ObservationTemplate(
        name: "droid",
        fields: [
            Field("observation/exterior_image_1_left", picture),
            Field("observation/wrist_image_left", picture),
            Field("observation/joint_position", .random(.float32, shape: [7])),
            Field("observation/gripper_position", .random(.float32, shape: [1])),
            Field("prompt", .value(.string("pick up the object"))),
        ]
    )

    /// LIBERO: two pictures; end effector position, axis-angle and two gripper joints.
    public static let libero = ObservationTemplate(
        name: "libero",
        fields: [
            Field("observation/image", picture),
            Field("observation/wrist_image", picture),
            Field("observation/state", .random(.float32, shape: [8])),
            Field("prompt", .value(.string("pick up the object"))),
        ]
    )

    /// ALOHA: fourteen joints and four pictures, channels first.
    public static let aloha = ObservationTemplate(
        name: "aloha",
        fields: [
            Field("state", .random(.float32, shape: [14])),
            Field(
                "images",
                .group(
                    ["cam_high", "cam_low", "cam_left_wrist", "cam_right_wrist"].map {
                        Field($0, .random(.uint8, shape: [3, 224, 224]))
                    }
                )
            ),
            Field("prompt", .value(.string("pick up the object"))),
        ]
    )

    private static let picture = Content.random(.uint8, shape: [224, 224, 3])
}
