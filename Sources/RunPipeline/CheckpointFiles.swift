import AMRSimulation
import Checksums
import CollectorUpload
import DurableFiles
import Metering

/// The newest checkpoint of a run in a directory: `checkpoint.json`, and the uploads that wait for
/// their delivery in a file that it names.
///
/// The uploads are written first and under a new name, so that until `checkpoint.json` is replaced
/// the checkpoint before it is whole.
public struct CheckpointFiles: Sendable {
  private static let name = "checkpoint.json"
  private static let uploadsPrefix = "waiting-"

  public let directory: String
  private let fileSystem: FileSystem

  public init(in directory: String, _ fileSystem: FileSystem = .system) {
    self.directory = directory
    self.fileSystem = fileSystem
  }

  private var path: String { Path.join(directory, Self.name) }

  /// Replaces the checkpoint that is there, durably and in one step.
  func write(_ checkpoint: Checkpoint) throws {
    var bytes: [UInt8] = []
    var written: Set<UploadKey> = []
    for (_, upload) in checkpoint.waiting where written.insert(UploadKey(upload.header)).inserted {
      bytes += upload.bytes
    }
    let phase = checkpoint.isSimulated ? "simulated" : String(checkpoint.mornings)
    let file = CheckpointText.UploadsFile(
      name: "\(Self.uploadsPrefix)\(phase)\(uploadFileSuffix)", byteCount: bytes.count,
      sha256: SHA256.hexDigest(bytes))
    try fileSystem.writeAtomically(bytes, to: Path.join(directory, file.name))
    try fileSystem.writeAtomically(CheckpointText(checkpoint, uploads: file).bytes, to: path)
    for name in try fileSystem.list(directory)
    where name.hasPrefix(Self.uploadsPrefix) && name != file.name {
      try fileSystem.remove(Path.join(directory, name))
    }
  }

  /// The checkpoint that is there; nil where there is none.
  ///
  /// - Throws: `CheckpointError` where it is torn or not of this program, `FileError`.
  public func read() throws -> Checkpoint? {
    guard try fileSystem.status(of: path) != nil else { return nil }
    guard let text = CheckpointText(try fileSystem.readFile(path)) else {
      throw damaged("not a whole checkpoint of this program (\(CheckpointText.format))")
    }
    let uploads = try readUploads(text.uploads)
    var checkpoint = text.checkpoint
    for delivery in text.deliveries {
      guard let upload = uploads[UploadKey(delivery.collector, delivery.sequence)] else {
        throw damaged("\(text.uploads.name) lacks an upload that waits for its delivery")
      }
      checkpoint.waiting.append((delivery, upload))
    }
    return checkpoint
  }

  private func readUploads(_ file: CheckpointText.UploadsFile) throws -> [UploadKey: Upload] {
    let path = Path.join(directory, file.name)
    let bytes = try fileSystem.status(of: path) == nil ? [] : try fileSystem.readFile(path)
    guard bytes.count == file.byteCount, SHA256.hexDigest(bytes) == file.sha256 else {
      throw damaged("\(file.name), the uploads that wait for their delivery, is not whole")
    }
    var reader = UploadReader()
    reader.feed(bytes)
    reader.finish()
    var uploads: [UploadKey: Upload] = [:]
    while let upload = try reader.next() { uploads[UploadKey(upload.header)] = upload }
    return uploads
  }

  private func damaged(_ what: String) -> CheckpointError {
    CheckpointError("\(path): \(what); remove \(directory) to begin anew")
  }
}

/// Which upload it is.
private struct UploadKey: Hashable {
  let collector: CollectorID
  let sequence: UInt64

  init(_ collector: CollectorID, _ sequence: UInt64) {
    self.collector = collector
    self.sequence = sequence
  }

  init(_ header: UploadHeader) { self.init(header.collector, header.sequence) }
}
