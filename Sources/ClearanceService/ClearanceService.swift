// ClearanceService
