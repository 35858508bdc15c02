// ClearanceAPI
