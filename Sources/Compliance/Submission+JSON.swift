extension Submission {
  /// The submission in the form in which it is recorded: normalised, absent facts left out. Decoding it gives
  /// an equal submission.
  public var json: JSON {
    .members([
      "id": .string(id), "kind": kind.map { .string($0.rawValue) }, "name": name.map { .string($0) },
      "aliases": aliases.map { .strings($0) }, "created_at": createdAt.map { .string($0.description) },
      "birth_date": birthDate.map { .string($0.description) },
      "citizenships": citizenships.map { .strings($0.map(\.code)) },
      "identifiers": identifiers.map { .array($0.map(\.json)) },
      "addresses": addresses.map { .array($0.map(\.json)) },
      "organization": organization.map { .string($0) }, "parties": parties.map { .array($0.map(\.json)) },
      "interests": interests.map { .array($0.map(\.json)) }, "contact": contact.map(\.json),
      "payment": payment.map(\.json), "network": network.map(\.json),
      "declared_use": declaredUse.map { .string($0) }, "attributes": attributes,
    ])
  }
}

extension Submission.Identifier {
  var json: JSON {
    .members([
      "kind": kind.map { .string($0) }, "value": value.map { .string($0) }, "country": country.map { .string($0.code) },
    ])
  }
}

extension Submission.Address {
  var json: JSON {
    .members([
      "kind": kind.map { .string($0.rawValue) }, "country": country.map { .string($0.code) },
      "subdivision": subdivision.map { .string($0) }, "city": city.map { .string($0) },
      "line": line.map { .string($0) },
    ])
  }
}

extension Submission.Party {
  var json: JSON {
    .members([
      "id": .string(id), "kind": kind.map { .string($0.rawValue) }, "name": name.map { .string($0) },
      "aliases": aliases.map { .strings($0) }, "country": country.map { .string($0.code) },
      "birth_date": birthDate.map { .string($0.description) },
      "identifiers": identifiers.map { .array($0.map(\.json)) }, "roles": roles.map { .strings($0) },
    ])
  }
}

extension Submission.Interest {
  var json: JSON {
    var exact: Percentage?
    var range: (low: Percentage, high: Percentage)?
    switch share {
    case .exact(let share): exact = share
    case .range(let low, let high): range = (low, high)
    case nil: break
    }
    // Decimal strings, so that no reader of the record turns a share into a binary fraction.
    return .members([
      "subject": .string(subject), "interested_party": .string(interestedParty),
      "kind": kind.map { .string($0.rawValue) }, "share": exact.map { .string($0.description) },
      "share_min": range.map { .string($0.low.description) }, "share_max": range.map { .string($0.high.description) },
    ])
  }
}

extension Submission.Contact {
  var json: JSON { .members(["email": email.map { .string($0) }, "phone": phone.map { .string($0) }]) }
}

extension Submission.Payment {
  var json: JSON {
    .members(["fingerprint": fingerprint.map { .string($0) }, "country": country.map { .string($0.code) }])
  }
}

extension Submission.Network {
  var json: JSON {
    .members([
      "ip": ip.map { .string($0) }, "country": country.map { .string($0.code) }, "asn": asn.map { .int($0) },
      "proxy": proxy.map { .bool($0) }, "device": device.map { .string($0) },
    ])
  }
}
