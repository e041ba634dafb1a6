import CGLFW

/// How far the light reaches: a square texture of depths as the light sees them.
final class ShadowMap {
    static let side: Int32 = 1536

    private var framebuffer: UInt32 = 0
    private var texture: UInt32 = 0

    init() {
        cgGenTextures(1, &texture)
        cgBindTexture(CG_TEXTURE_2D, texture)
        cgTexImage2D(
            CG_TEXTURE_2D,
            0,
            Int32(CG_DEPTH_COMPONENT24),
            Self.side,
            Self.side,
            0,
            CG_DEPTH_COMPONENT,
            CG_FLOAT,
            nil
        )
        for (name, value) in [
            (CG_TEXTURE_MIN_FILTER, CG_LINEAR), (CG_TEXTURE_MAG_FILTER, CG_LINEAR),
            (CG_TEXTURE_WRAP_S, CG_CLAMP_TO_BORDER), (CG_TEXTURE_WRAP_T, CG_CLAMP_TO_BORDER),
            (CG_TEXTURE_COMPARE_MODE, CG_COMPARE_REF_TO_TEXTURE),
        ] {
            cgTexParameteri(CG_TEXTURE_2D, name, Int32(value))
        }
        // Outside the map everything is lit.
        cgTexParameterfv(CG_TEXTURE_2D, CG_TEXTURE_BORDER_COLOR, [1, 1, 1, 1])
        cgGenFramebuffers(1, &framebuffer)
        cgBindFramebuffer(CG_FRAMEBUFFER, framebuffer)
        cgFramebufferTexture2D(CG_FRAMEBUFFER, CG_DEPTH_ATTACHMENT, CG_TEXTURE_2D, texture, 0)
        cgDrawBuffer(0)
        cgReadBuffer(0)
        precondition(
            cgCheckFramebufferStatus(CG_FRAMEBUFFER) == CG_FRAMEBUFFER_COMPLETE,
            "OpenGL 3.3 promises such a framebuffer"
        )
    }

    deinit {
        cgDeleteFramebuffers(1, &framebuffer)
        cgDeleteTextures(1, &texture)
    }

    /// What follows is drawn into the map.
    func begin() {
        cgBindFramebuffer(CG_FRAMEBUFFER, framebuffer)
        cgViewport(0, 0, Self.side, Self.side)
        cgClear(CG_DEPTH_BUFFER_BIT)
    }

    /// Offers the map to texture unit 0.
    func bind() {
        cgActiveTexture(CG_TEXTURE0)
        cgBindTexture(CG_TEXTURE_2D, texture)
    }
}
