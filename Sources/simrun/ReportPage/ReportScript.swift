import Foundation
import Runtime

/// The page's one script: buttons that copy a command.
///
/// Without it the commands can be selected.
enum ReportScript {
    static let text = """

        (function () {
          "use strict";
          var said = document.getElementById("said");
          function say(button, text) { button.textContent = text; said.textContent = text; }
          function select(element) {
            var range = document.createRange();
            range.selectNodeContents(element);
            var selection = getSelection();
            selection.removeAllRanges();
            selection.addRange(range);
          }
          document.querySelectorAll("button.copy").forEach(function (button) {
            button.hidden = false;
            button.addEventListener("click", function () {
              var code = document.getElementById(button.dataset.of);
              function done() { say(button, "Copied"); }
              function other() {
                select(code);
                say(button, document.execCommand("copy") ? "Copied" : "Selected: press Ctrl+C");
              }
              if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, other);
              else other();
            });
          });
        })();

        """

    /// The script's SHA-256 in base64, for the page's policy.
    static let digest: String = {
        let hexadecimal = Array(ContentHash.sha256([UInt8](text.utf8)).utf8)
        let bytes = stride(from: 0, to: hexadecimal.count, by: 2).compactMap { index in
            UInt8(String(decoding: hexadecimal[index..<index + 2], as: UTF8.self), radix: 16)
        }
        return Data(bytes).base64EncodedString()
    }()
}
