import CGLFW
import Runtime

/// A picture in graphics memory: drawn with several samples a pixel, then resolved to one.
///
/// Window and EGL draw into the same kind of target, so they show the same picture.
final class RenderTarget {
    let width: Int
    let height: Int
    private var framebuffers: [UInt32] = [0, 0]
    private var renderbuffers: [UInt32] = [0, 0, 0]

    init(width: Int, height: Int) {
        precondition(width > 0 && height > 0, "a picture has pixels")
        self.width = width
        self.height = height
        var most: Int32 = 0
        cgGetIntegerv(CG_MAX_SAMPLES, &most)
        cgGenFramebuffers(2, &framebuffers)
        cgGenRenderbuffers(3, &renderbuffers)
        attach(
            0,
            to: framebuffers[0],
            CG_COLOR_ATTACHMENT0,
            format: CG_RGBA8,
            samples: min(4, most)
        )
        attach(
            1,
            to: framebuffers[0],
            CG_DEPTH_ATTACHMENT,
            format: CG_DEPTH_COMPONENT24,
            samples: min(4, most)
        )
        attach(2, to: framebuffers[1], CG_COLOR_ATTACHMENT0, format: CG_RGBA8, samples: 0)
        for name in framebuffers {
            cgBindFramebuffer(CG_FRAMEBUFFER, name)
            precondition(
                cgCheckFramebufferStatus(CG_FRAMEBUFFER) == CG_FRAMEBUFFER_COMPLETE,
                "OpenGL 3.3 promises such a framebuffer"
            )
        }
    }

    deinit {
        cgDeleteFramebuffers(2, &framebuffers)
        cgDeleteRenderbuffers(3, &renderbuffers)
    }

    private func attach(
        _ index: Int,
        to framebuffer: UInt32,
        _ attachment: UInt32,
        format: UInt32,
        samples: Int32
    ) {
        cgBindRenderbuffer(CG_RENDERBUFFER, renderbuffers[index])
        cgRenderbufferStorageMultisample(
            CG_RENDERBUFFER,
            samples,
            format,
            Int32(width),
            Int32(height)
        )
        cgBindFramebuffer(CG_FRAMEBUFFER, framebuffer)
        cgFramebufferRenderbuffer(
            CG_FRAMEBUFFER,
            attachment,
            CG_RENDERBUFFER,
            renderbuffers[index]
        )
    }

    /// What follows is drawn with several samples a pixel and with depth.
    func beginScene() {
        cgBindFramebuffer(CG_FRAMEBUFFER, framebuffers[0])
        cgViewport(0, 0, Int32(width), Int32(height))
    }

    /// What follows is drawn over the resolved picture.
    func beginOverlay() {
        blit(from: framebuffers[0], to: framebuffers[1])
        cgBindFramebuffer(CG_FRAMEBUFFER, framebuffers[1])
    }

    /// Copies the resolved picture to the window.
    func show() { blit(from: framebuffers[1], to: 0) }

    /// Reads the resolved picture.
    func read() -> Picture {
        var rows = [UInt8](repeating: 0, count: width * height * 3)
        cgBindFramebuffer(CG_FRAMEBUFFER, framebuffers[1])
        cgPixelStorei(CG_PACK_ALIGNMENT, 1)
        rows.withUnsafeMutableBytes {
            cgReadPixels(
                0,
                0,
                Int32(width),
                Int32(height),
                CG_RGB,
                CG_UNSIGNED_BYTE,
                $0.baseAddress
            )
        }
        // OpenGL counts rows from below.
        var picture = Picture(width: width, height: height)
        let row = width * 3
        for y in 0..<height {
            let from = (height - 1 - y) * row
            picture.rgb.replaceSubrange(y * row..<(y + 1) * row, with: rows[from..<from + row])
        }
        return picture
    }

    private func blit(from source: UInt32, to target: UInt32) {
        cgBindFramebuffer(CG_READ_FRAMEBUFFER, source)
        cgBindFramebuffer(CG_DRAW_FRAMEBUFFER, target)
        cgBlitFramebuffer(
            0,
            0,
            Int32(width),
            Int32(height),
            0,
            0,
            Int32(width),
            Int32(height),
            CG_COLOR_BUFFER_BIT,
            CG_NEAREST
        )
    }
}
