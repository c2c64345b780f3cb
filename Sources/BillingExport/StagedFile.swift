import Checksums
import DurableFiles

/// A file of a batch that is being written under its staged name, and summed up on the way.
struct StagedFile: ~Copyable {
  private var file: AtomicFile
  private var hash = SHA256()

  init(_ name: String, _ publisher: BatchPublisher) throws(BillingError) {
    do throws(FileError) {
      file = try AtomicFile(at: publisher.stagedPath(name), in: publisher.fileSystem)
    } catch {
      throw .file(error)
    }
  }

  mutating func append(_ bytes: [UInt8]) throws(BillingError) {
    hash.update(bytes)
    do throws(FileError) {
      try file.append(bytes)
    } catch {
      throw .file(error)
    }
  }

  /// Completes the file under its staged name.
  consuming func finish() throws(BillingError) -> (size: Int, sha256: String) {
    let written = (Int(file.byteCount), hash.digest.hex)
    do throws(FileError) {
      try file.publish()
    } catch {
      throw .file(error)
    }
    return written
  }
}
