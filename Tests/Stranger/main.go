// A reader and a writer of logs that share nothing with Clearance: Go's checksum database packages and the words of
// c2sp.org. StrangerTests.swift runs it.
//
//	stranger verify FOLDER LOGKEY WITNESSKEY   checks a log that lies in a folder as it is served under /log/
//	stranger write FOLDER SIGNINGKEY SIZE      writes such a log, of entries that are easy to make again
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	var err error
	switch {
	case len(os.Args) == 5 && os.Args[1] == "verify":
		err = verify(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 5 && os.Args[1] == "write":
		err = write(os.Args[2], os.Args[3], os.Args[4])
	default:
		err = errors.New("usage: stranger verify FOLDER LOGKEY WITNESSKEY | stranger write FOLDER SIGNINGKEY SIZE")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "stranger:", err)
		os.Exit(1)
	}
}

// servedPath is where c2sp.org/tlog-tiles serves a tile: Go's path without the height.
func servedPath(t tlog.Tile) string {
	return strings.TrimPrefix(t.Path(), "tile/8/")
}

// tileFolder reads tiles, and instead of a partial tile that is gone the full one.
type tileFolder string

func (f tileFolder) Height() int                                { return tileHeight }
func (f tileFolder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (f tileFolder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), "tile", servedPath(t)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// cosignatureVerifier verifies cosignature/v1 lines of c2sp.org/tlog-cosignature.
type cosignatureVerifier struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (v *cosignatureVerifier) Name() string    { return v.name }
func (v *cosignatureVerifier) KeyHash() uint32 { return v.id }
func (v *cosignatureVerifier) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	return ed25519.Verify(v.key, []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, msg)), sig[8:])
}

func newCosignatureVerifier(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed witness key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("malformed witness key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	id := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", id) != parts[1] {
		return nil, errors.New("wrong id of the witness key")
	}
	return &cosignatureVerifier{parts[0], id, key[1:]}, nil
}

type checkpoint struct {
	origin string
	tlog.Tree
}

func parseCheckpoint(text string) (c checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return c, errors.New("malformed checkpoint")
	}
	c.origin = lines[0]
	if c.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return c, err
	}
	c.Hash, err = tlog.ParseHash(lines[2])
	return c, err
}

// open opens a checkpoint that all the verifiers must have signed.
func open(msg []byte, verifiers ...note.Verifier) (c checkpoint, err error) {
	n, err := note.Open(msg, note.VerifierList(verifiers...))
	if err != nil {
		return c, err
	}
	if len(n.Sigs) != len(verifiers) {
		return c, fmt.Errorf("%d of %d signatures", len(n.Sigs), len(verifiers))
	}
	return parseCheckpoint(n.Text)
}

func openFile(path string, verifiers ...note.Verifier) (checkpoint, error) {
	msg, err := os.ReadFile(path)
	if err != nil {
		return checkpoint{}, err
	}
	return open(msg, verifiers...)
}

// readEntries reads all entry bundles of a log.
func readEntries(folder string, size int64) ([][]byte, error) {
	var entries [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := 256
		if size-n*256 < 256 {
			width = int(size - n*256)
		}
		path := servedPath(tlog.Tile{H: tileHeight, L: 0, N: n, W: width})
		data, err := os.ReadFile(filepath.Join(folder, "tile", "entries", strings.TrimPrefix(path, "0/")))
		if err != nil {
			return nil, err
		}
		for i := 0; i < width; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("bundle %d ends early", n)
			}
			length := int(binary.BigEndian.Uint16(data))
			entries = append(entries, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("bundle %d is too long", n)
		}
	}
	return entries, nil
}

// storedHashes is the whole tree in memory, in the order of the tlog package.
type storedHashes []tlog.Hash

func (s storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, i := range indexes {
		if i >= int64(len(s)) {
			return nil, fmt.Errorf("there is no hash %d", i)
		}
		hashes = append(hashes, s[i])
	}
	return hashes, nil
}

func grow(entries [][]byte) (storedHashes, error) {
	var tree storedHashes
	for i, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, tree)
		if err != nil {
			return nil, err
		}
		tree = append(tree, hashes...)
	}
	return tree, nil
}

func verify(folder, logKey, witnessKey string) error {
	log, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	witness, err := newCosignatureVerifier(witnessKey)
	if err != nil {
		return err
	}
	head, err := openFile(filepath.Join(folder, "checkpoint"), log, witness)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if head.origin != log.Name() {
		return fmt.Errorf("origin %q", head.origin)
	}

	// The root, from the entries alone.
	entries, err := readEntries(folder, head.N)
	if err != nil {
		return err
	}
	tree, err := grow(entries)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(head.N, tree)
	if err != nil {
		return err
	}
	if root != head.Hash {
		return fmt.Errorf("the entries have the root %v, and %v was signed", root, head.Hash)
	}

	// Every tile that this tree has, byte for byte; of the partial ones of a place the widest, which comes last.
	tiles := make(map[[2]int64]tlog.Tile)
	for _, t := range tlog.NewTiles(tileHeight, 0, head.N) {
		tiles[[2]int64{int64(t.L), t.N}] = t
	}
	for _, t := range tiles {
		want, err := tlog.ReadTileData(t, tree)
		if err != nil {
			return err
		}
		have, err := os.ReadFile(filepath.Join(folder, "tile", servedPath(t)))
		if err != nil {
			return err
		}
		if !bytes.Equal(have, want) {
			return fmt.Errorf("tile %s differs", servedPath(t))
		}
	}

	// Proofs from tiles: that of every entry, and from every checkpoint that was kept.
	reader := tlog.TileHashReader(head.Tree, tileFolder(folder))
	for i := range entries {
		proof, err := tlog.ProveRecord(head.N, int64(i), reader)
		if err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		if err := tlog.CheckRecord(proof, head.N, head.Hash, int64(i), tlog.RecordHash(entries[i])); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	kept, err := filepath.Glob(filepath.Join(folder, "kept", "*.checkpoint"))
	if err != nil {
		return err
	}
	for _, path := range kept {
		old, err := openFile(path, log)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		proof, err := tlog.ProveTree(head.N, old.N, reader)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := tlog.CheckTree(proof, head.N, head.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		// The proof that the log gives of the same.
		given, err := os.ReadFile(strings.TrimSuffix(path, ".checkpoint") + ".proof")
		if err != nil {
			return err
		}
		hashes, err := parseHashes(strings.Fields(string(given)))
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(hashes, head.N, head.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: the log's proof: %w", path, err)
		}
	}

	// Proof files.
	proofs, err := filepath.Glob(filepath.Join(folder, "*.tlog-proof"))
	if err != nil {
		return err
	}
	for _, path := range proofs {
		if err := verifyProof(path, entries, log, witness); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	fmt.Printf("entries %d tiles %d kept %d proofs %d\n", len(entries), len(tiles), len(kept), len(proofs))
	return nil
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, h)
	}
	return hashes, nil
}

// verifyProof verifies a c2sp.org/tlog-proof file; its extra data is the entry.
func verifyProof(path string, entries [][]byte, verifiers ...note.Verifier) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, rest, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") ||
		!strings.HasPrefix(lines[2], "index ") {
		return errors.New("malformed proof")
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	hashes, err := parseHashes(lines[3:])
	if err != nil {
		return err
	}
	c, err := open([]byte(rest), verifiers...)
	if err != nil {
		return err
	}
	if !bytes.Equal(entry, entries[index]) {
		return errors.New("another entry")
	}
	return tlog.CheckRecord(hashes, c.N, c.Hash, index, tlog.RecordHash(entry))
}

func write(folder, signingKey, sizeText string) error {
	signer, err := note.NewSigner(signingKey)
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(sizeText, 10, 64)
	if err != nil {
		return err
	}
	save := func(path string, data []byte) error {
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	}
	var entries [][]byte
	for i := int64(0); i < size; i++ {
		entries = append(entries, []byte(strings.Repeat(fmt.Sprintf("entry %d ", i), int(i%7))))
	}
	tree, err := grow(entries)
	if err != nil {
		return err
	}
	for _, t := range tlog.NewTiles(tileHeight, 0, size) {
		data, err := tlog.ReadTileData(t, tree)
		if err != nil {
			return err
		}
		if err := save(filepath.Join("tile", servedPath(t)), data); err != nil {
			return err
		}
		if t.L > 0 {
			continue
		}
		var bundle []byte
		for _, entry := range entries[t.N*256 : t.N*256+int64(t.W)] {
			bundle = append(bundle, byte(len(entry)>>8), byte(len(entry)))
			bundle = append(bundle, entry...)
		}
		if err := save(filepath.Join("tile", "entries", strings.TrimPrefix(servedPath(t), "0/")), bundle); err != nil {
			return err
		}
	}
	root, err := tlog.TreeHash(size, tree)
	if err != nil {
		return err
	}
	msg, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%v\n", signer.Name(), size, root)}, signer)
	if err != nil {
		return err
	}
	return save("checkpoint", msg)
}
